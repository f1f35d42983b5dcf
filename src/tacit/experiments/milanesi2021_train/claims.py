"""What [milanesi2021] asserts of a run of `milanesi2021_train`."""

from tacit.experiments._milanesi2021.claims import claims

__all__ = ["claims"]
