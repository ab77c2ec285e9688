"""Everything that may be configured, from `PAGESIGHT_*` variables; the only reader of them."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from api.configuration.answering import AnswerSettings
from api.configuration.indexing import IndexingSettings
from api.configuration.searching import SearchSettings
from api.configuration.serving import ServingSettings
from api.configuration.stores import StoreSettings

THEMES = (StoreSettings, IndexingSettings, SearchSettings, AnswerSettings, ServingSettings)


class Settings(
    StoreSettings, IndexingSettings, SearchSettings, AnswerSettings, ServingSettings, BaseSettings
):
    """The service's settings; every one has a default that works on a bare machine."""

    model_config = SettingsConfigDict(
        env_prefix="PAGESIGHT_", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )
