"""A ratings model on the disk: back to the last bit, or an error that says what is wrong."""

import hashlib
import json
import os

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from tacit.estimators import RatingsModel
from tacit.media import MediaError

USERS = np.repeat(np.arange(8), 5)
ITEMS = [f"item {j}" for j in np.tile(np.arange(5), 8)]
RATINGS = np.random.default_rng(0).normal(size=40)


def learnt(users=USERS, items=ITEMS, **settings):
    model = RatingsModel(width=2, max_iter=3, **settings)
    return model.fit(users, items, RATINGS, sample_weight=np.linspace(1, 2, 40))


@pytest.fixture(scope="module")
def fitted():
    return learnt(rating_range=(-5, 5))


@pytest.fixture
def folder(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    return tmp_path / "model"


def test_a_model_comes_back_to_the_last_bit(fitted, folder):
    model = RatingsModel.load(folder)
    for one, other in zip(
        model.predict(USERS, ITEMS, return_std=True),
        fitted.predict(USERS, ITEMS, return_std=True),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    assert model.get_params() == fitted.get_params()
    assert model.history_.identical(fitted.history_)
    assert model.recommend(3, exclude_seen=False) == fitted.recommend(3, exclude_seen=False)
    assert model.recommend(3) == []
    assert model.items_.tolist() == fitted.items_.tolist()
    assert (model.n_iter_, model.result_) == (fitted.n_iter_, fitted.result_)
    more = [
        m.partial_fit_users([99], ["item 1"], [1.0]).predict([99], ["item 2"]) for m in (model,)
    ]
    assert np.isfinite(more).all()
    assert sorted(os.listdir(folder)) == ["model.json", "model.safetensors"]
    assert os.listdir(folder.parent) == ["model"]


def test_a_model_without_a_range_and_with_ids_of_two_types_comes_back(tmp_path):
    users = [(1, "1", np.int64(2), 3, 4, 5, "6", "é")[i] for i in USERS]
    with pytest.warns(UserWarning, match="mixed type"):
        model = learnt(users, np.tile([0.5, 1, 2, 3, 4], 8))
    model.save(tmp_path / "model")
    again = RatingsModel.load(tmp_path / "model")
    assert again.users_.tolist() == [1, 2, 3, 4, 5, "1", "6", "é"]
    assert again.items_.tolist() == [0.5, 1, 2, 3, 4]
    pairs = users, model.items_[[0, 1, 2, 3, 4] * 8]
    np.testing.assert_array_equal(again.predict(*pairs), model.predict(*pairs))
    assert again.rating_range is None
    assert again.depth == np.inf


def test_nothing_is_overwritten_unasked(fitted, folder):
    before = (folder / "model.json").read_bytes()
    with pytest.raises(MediaError, match="exists already"):
        fitted.save(folder)
    assert (folder / "model.json").read_bytes() == before
    learnt(random_state=1).save(folder, overwrite=True)
    assert RatingsModel.load(folder).random_state == 1
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(MediaError, match=r"notes\.txt, which would be lost"):
        fitted.save(folder, overwrite=True)
    assert RatingsModel.load(folder).random_state == 1
    with pytest.raises(MediaError, match="exists already"):
        fitted.save(folder / "notes.txt")


def test_ids_that_json_has_no_word_for_are_refused(tmp_path):
    model = learnt([(1, i) for i in USERS.tolist()])
    with pytest.raises(MediaError, match=r"the id \(1, 0\) cannot be saved"):
        model.save(tmp_path / "model")
    assert not os.listdir(tmp_path)


def changed(folder, **facts):
    content = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**content, **facts}))


def cut(file):
    file.write_bytes(file.read_bytes()[:-40])


def reshaped(folder):
    arrays = load_file(folder / "model.safetensors")
    save_file(
        {**arrays, "0.rows.mean": arrays["0.rows.mean"][:-1].copy()}, folder / "model.safetensors"
    )


def renamed(folder):
    """An id changed by hand, in a file that is still JSON."""
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text.replace("item 3", "item 9"))


DAMAGES = {
    "no arrays": (lambda f: (f / "model.safetensors").unlink(), "model.safetensors is missing"),
    "no facts": (lambda f: (f / "model.json").unlink(), "model.json is missing"),
    "arrays cut": (lambda f: cut(f / "model.safetensors"), "is not what was written"),
    "facts cut": (lambda f: cut(f / "model.json"), "is cut off or is no JSON"),
    "no text": (lambda f: (f / "model.json").write_bytes(b"\xff\xfe"), "is no JSON"),
    "another shape": (reshaped, "model.safetensors is not what was written"),
    "another id": (renamed, "model.json is not what was written"),
    "no version": (lambda f: changed(f, version="one"), "names no version"),
    "no content": (lambda f: changed(f, content=None), "model.json is not what was written"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_says_what_is_wrong(folder, damage):
    harm, message = DAMAGES[damage]
    harm(folder)
    with pytest.raises(MediaError, match=rf"the model is damaged, .*{message}.*: copy it again"):
        RatingsModel.load(folder)


def test_what_is_no_model_or_a_newer_one_says_so(folder, tmp_path):
    with pytest.raises(MediaError, match="there is no such folder"):
        RatingsModel.load(tmp_path / "elsewhere")
    changed(folder, version=2, tacit="9.9")
    with pytest.raises(MediaError, match=r"a newer Tacit \(9\.9\), in format 2.*update Tacit"):
        RatingsModel.load(folder)
    changed(folder, format="something else")
    with pytest.raises(MediaError, match="not that of a ratings model"):
        RatingsModel.load(folder)


def rewritten(folder, arrays=lambda old: old, **content):
    """Other arrays and other content, with checksums that are right: as an attacker writes them."""
    path = folder / "model.json"
    facts = json.loads(path.read_text())
    stored = load_file(folder / "model.safetensors")
    save_file(arrays(stored), folder / "model.safetensors")
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    facts["content"] |= {"arrays": digest, **content}
    text = json.dumps(facts["content"], sort_keys=True, indent=1)
    facts["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(facts))


def bad_header(folder):
    """A header that promises more than any file has."""
    (folder / "model.safetensors").write_bytes(b"\xff" * 8 + b"{}")
    path = folder / "model.json"
    facts = json.loads(path.read_text())
    facts["content"]["arrays"] = hashlib.sha256(b"\xff" * 8 + b"{}").hexdigest()
    text = json.dumps(facts["content"], sort_keys=True, indent=1)
    facts["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(facts))


def piped(folder):
    (folder / "model.json").unlink()
    os.mkfifo(folder / "model.json")


ATTACKS = {
    "deep JSON": lambda f: (f / "model.json").write_text("[" * 200_000),
    "a bad header": bad_header,
    "an index out of range": lambda f: rewritten(
        f, lambda old: {**old, "seen.items": old["seen.items"] + np.int32(10**6)}
    ),
    "starts that fall": lambda f: rewritten(
        f, lambda old: {**old, "seen.starts": old["seen.starts"][::-1].copy()}
    ),
    "other parameters": lambda f: rewritten(f, parameters={"evil": 1}),
    "parameters of another type": lambda f: rewritten(f, parameters=3),
    "no members": lambda f: rewritten(
        f, lambda old: {name: old[name] for name in old if not name[0].isdigit()}
    ),
    "fields that are not there": lambda f: rewritten(f, fit={"evil": 1}),
    "a pipe": piped,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_model_made_to_do_harm_is_damaged_and_no_more(folder, attack):
    ATTACKS[attack](folder)
    with pytest.raises(MediaError, match="the model is damaged") as caught:
        RatingsModel.load(folder)
    assert "\n" not in str(caught.value)


def test_what_is_written_anew_with_right_checksums_is_read(fitted, folder):
    """So that the attacks above are met for what they are."""
    rewritten(folder)
    assert RatingsModel.load(folder).predict([1], ["item 2"]) == fitted.predict([1], ["item 2"])
