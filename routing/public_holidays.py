"""Public holidays of a country and a region of it, as the library `holidays` knows them."""

from datetime import date
from functools import lru_cache

from pydantic import Field, model_validator

from routing.finding import ExistingNames
from routing.section import Section


class PublicHolidays(Section):
    """The public holidays of a `country`, by its ISO 3166 code, and of a `region` of it (ISO 3166-2)."""

    country: str = Field(min_length=2, max_length=3)
    region: str | None = None

    @model_validator(mode="after")
    def _is_there(self) -> "PublicHolidays":
        from holidays import list_supported_countries  # here: to load it takes a second, and few ask for it

        countries = list_supported_countries(include_aliases=True)
        if self.country not in countries:
            mend = ExistingNames(tuple(countries)).mend(self.country, "country")
            raise ValueError(f"no public holidays are listed for a country {self.country!r}; {mend}")
        regions = tuple(countries[self.country])
        if self.region is not None and self.region not in regions:
            mend = ExistingNames(regions).mend(self.region, "region") if regions else "remove `region`"
            raise ValueError(f"{self.country} has no region {self.region!r}; {mend}")
        return self

    def holds(self, day: date) -> bool:
        """Whether the day is a public holiday there."""
        return day in _days(self.country, self.region, day.year)


@lru_cache(maxsize=256)
def _days(country: str, region: str | None, year: int) -> frozenset[date]:
    from holidays import country_holidays

    try:
        return frozenset(country_holidays(country, subdiv=region, years=year, expand=False))
    except NotImplementedError:
        # A policy of another time may name what the library has dropped: then nobody is off.
        return frozenset()
