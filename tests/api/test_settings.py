import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import THEMES, Settings


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PAGESIGHT_")]:  # noqa: TID251
        monkeypatch.delenv(name)


def test_every_setting_has_a_default_and_says_what_it_is() -> None:
    settings = Settings()
    assert settings.data == Path("pagesight-data")
    for name, field in Settings.model_fields.items():
        assert hasattr(settings, name)
        assert field.description or name == "data"


def test_a_variable_sets_what_bears_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGESIGHT_MAX_PAGES", "7")
    monkeypatch.setenv("PAGESIGHT_DATA", "/srv/pagesight")
    settings = Settings()
    assert settings.max_pages == 7
    assert settings.data == Path("/srv/pagesight")


def test_no_theme_hides_a_check_of_another() -> None:
    names = [set(theme.__pydantic_decorators__.field_validators) for theme in THEMES]
    assert sum(map(len, names)) == len(set().union(*names))


def test_an_argument_comes_before_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGESIGHT_DATA", "/srv/pagesight")
    assert Settings(data=Path("here")).data == Path("here")


def test_lists_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGESIGHT_LANGUAGE", "de, en")
    monkeypatch.setenv("PAGESIGHT_RENDERER", "poppler")
    monkeypatch.setenv("PAGESIGHT_HOSTS", "pages.example, pages.lan")
    monkeypatch.setenv("PAGESIGHT_FETCH_HOSTS", "example.org,*.example.com")
    settings = Settings()
    assert settings.language == ("de", "en")
    assert settings.renderer == ("poppler",)
    assert settings.hosts == ("pages.example", "pages.lan")
    assert settings.fetch_hosts == ("example.org", "*.example.com")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_PAGES", "0"),
        ("MAX_BYTES", "-1"),
        ("PORT", "65536"),
        ("RENDERER", "word"),
        ("RENDERER", ","),
        ("LANGUAGE", ","),
        ("FETCH_HOSTS", "https://example.org"),
        ("OTLP_URL", "collector"),
        ("KEY", "clé"),
        ("VLM_KEY", "clé"),
        ("VLM_SMALL_URL", "model"),
        ("VLM_PRICES", "large=cheap"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PAGESIGHT_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    "url", ["localhost:8000/v1", "not a url", "ftp://host/v1", "http://h:99999"]
)
def test_a_models_address_is_one(url: str) -> None:
    with pytest.raises(ValidationError, match="vlm_url"):
        Settings(vlm_url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "transformers"])
def test_a_models_address_is_kept_as_it_was_given(url: str) -> None:
    assert Settings(vlm_url=url).vlm_url == url


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1"])
def test_a_model_may_run_on_a_device(device: str) -> None:
    assert Settings(vlm_device=device).vlm_device == device


@pytest.mark.parametrize("device", ["gpu", "cuda:", "", "cpu "])
def test_what_is_no_device_is_refused(device: str) -> None:
    with pytest.raises(ValidationError, match="vlm_device"):
        Settings(vlm_device=device)


@pytest.mark.parametrize("key", ["k\u00e9y", "key\n"])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="printable ASCII"):
        Settings(vlm_key=key)


@pytest.mark.parametrize("family", ["auto", "anthropic", "qwen2-vl:max_pixels=1003520"])
def test_a_model_may_count_images_in_any_known_way(tmp_path: Path, family: str) -> None:
    assert Settings(data=tmp_path, vlm_image_tokens=family).vlm_image_tokens == family


def test_an_unknown_way_to_count_images_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="one of auto, openai-tiles"):
        Settings(data=tmp_path, vlm_image_tokens="pixels")


@pytest.mark.parametrize("place", ["local", "s3://pages", "s3://my.pages/a/b-c", "s3://pages/a/"])
def test_blobs_lie_in_the_folder_or_in_a_bucket(place: str) -> None:
    assert Settings(blobs=place).blobs == place


@pytest.mark.parametrize(
    "place", ["", "pages", "s3://", "s3://pages/../a", "https://a/b", "s3://A"]
)
def test_no_other_place_for_blobs_is_understood(place: str) -> None:
    with pytest.raises(ValidationError):
        Settings(blobs=place)


def test_an_s3_server_is_spoken_to_without_tls_only_where_its_address_says_so() -> None:
    assert Settings(s3_endpoint="http://s3:8333").s3_endpoint == "http://s3:8333"
    with pytest.raises(ValidationError):
        Settings(s3_endpoint="s3:8333")
