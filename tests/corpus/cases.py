"""All cases, by vendor."""

from importlib import import_module

__all__ = ["ALL"]

_VENDORS = (
    "okta", "microsoft", "google", "identity", "protocols", "developer", "saas", "cloud", "near_misses"
)  # fmt: skip

ALL = {
    f"{vendor}: {name}": make
    for vendor in _VENDORS
    for name, make in import_module(f"corpus.{vendor}").CASES.items()
}
