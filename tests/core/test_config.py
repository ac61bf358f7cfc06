import pytest
from pydantic import Field

from xlalign.config import Settings, identity, late, operational
from xlalign.config.load import override, read_toml, validate
from xlalign.errors import UserError


class Inner(Settings):
    temperature: float = Field(0.1, gt=0, description="softmax temperature")


class Outer(Settings):
    languages: tuple[str, ...] = Field(("de",), description="language codes")
    start: str = Field("scratch:nano", alias="from", description="model")
    inner: Inner = Field(default_factory=Inner, description="nested")
    workers: int = operational(1, "processes")
    extra: int = late(0, "added later")


def test_identity_leaves_out_what_does_not_matter():
    assert identity(Outer(workers=8)) == identity(Outer())
    assert "extra" not in identity(Outer())
    assert identity(Outer(extra=1))["extra"] == 1
    assert identity(Outer())["inner"] == {"temperature": 0.1}


def test_unknown_key_suggests_the_nearest():
    with pytest.raises(UserError) as caught:
        validate(Outer, {"langages": ["de"]}, "prepare", "xlalign.toml")
    assert "xlalign.toml: 1 mistake" in caught.value.message
    assert "unknown key `prepare.langages`; did you mean `languages`?" in caught.value.message
    with pytest.raises(UserError, match=r"`pretrain.x.inner.temprature`; did you mean `temperature`"):
        validate(Outer, {"inner": {"temprature": 1}}, "pretrain.x", "f")
    with pytest.raises(UserError, match="did you mean `from`"):
        validate(Outer, {"form": "x"}, "pretrain.x", "f")


def test_every_mistake_is_told_with_its_value():
    with pytest.raises(UserError) as caught:
        validate(Outer, {"inner": {"temperature": -1}, "workers": "many"}, "a", "f.toml")
    assert "2 mistakes" in caught.value.message
    assert "`a.inner.temperature`" in caught.value.message
    assert "found -1" in caught.value.message
    assert "found 'many'" in caught.value.message


def test_override_reads_values_by_toml_else_as_text():
    table = {"a": {"b": 1}}
    changed = override(table, ["a.b=2", "a.language=no", 'a.list=["de", "ru"]', "c.rate=2e-5", "a.from=scratch:tiny"])
    assert changed == {
        "a": {"b": 2, "language": "no", "list": ["de", "ru"], "from": "scratch:tiny"},
        "c": {"rate": 2e-5},
    }
    assert table == {"a": {"b": 1}}


@pytest.mark.parametrize("assignment", ["novalue", "=3", "a.b.c=1"])
def test_bad_overrides_are_clear(assignment):
    with pytest.raises(UserError):
        override({"a": {"b": 1}}, [assignment])


def test_bad_files_are_clear(tmp_path):
    with pytest.raises(UserError, match="cannot read") as caught:
        read_toml(tmp_path / "none.toml")
    assert "xlalign init" in (caught.value.hint or "")
    (tmp_path / "bad.toml").write_text("[a\n")
    with pytest.raises(UserError, match=r"is not TOML: .*line 1"):
        read_toml(tmp_path / "bad.toml")
    (tmp_path / "latin.toml").write_bytes(b'a = "\xe9"')
    with pytest.raises(UserError, match="not UTF-8"):
        read_toml(tmp_path / "latin.toml")
    (tmp_path / "bom.toml").write_bytes(b'\xef\xbb\xbfa = "x"')
    assert read_toml(tmp_path / "bom.toml") == {"a": "x"}


def test_a_star_stands_for_every_table():
    table = {"pretrain": {"a": {"seed": 0}, "b": {}}, "eval": {"seeds": [1]}}
    changed = override(table, ["pretrain.*.seed=2"])
    assert changed == {"pretrain": {"a": {"seed": 2}, "b": {"seed": 2}}, "eval": {"seeds": [1]}}
