"""Probes of the module `mapiutil`."""

from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import World

from mapix.pywin32 import mapi, mapitags, mapiutil


@probe("mapiutil.GetPropTagName")
def a_tag_has_its_name(w: World) -> Call:
    return call(mapiutil.GetPropTagName, mapitags.PR_SUBJECT_A, gives=lambda name: name == "PR_SUBJECT_A")


@probe("mapiutil.GetScodeString")
def a_code_has_its_name(w: World) -> Call:
    return call(mapiutil.GetScodeString, mapi.MAPI_E_NOT_FOUND, gives=lambda name: name == "MAPI_E_NOT_FOUND")


@probe("mapiutil.GetMapiTypeName")
def a_type_has_its_name(w: World) -> Call:
    return call(mapiutil.GetMapiTypeName, 0x101E, False, gives=lambda name: name == "PT_MV_STRING8")


@probe("mapiutil.GetProperties")
def values_come_without_their_tags(w: World) -> Call:
    wanted = (mapitags.PR_SUBJECT_W, mapitags.PR_BODY_W)
    return call(mapiutil.GetProperties, w.message, wanted, gives=lambda found: found == ["Minutes", "Hello"])


@probe("mapiutil.GetAllProperties")
def every_property_comes_with_its_name(w: World) -> Call:
    return call(mapiutil.GetAllProperties, w.message, gives=lambda found: ("PR_SUBJECT_A", b"Minutes") in found)


@probe("mapiutil.SetPropertyValue")
def a_value_is_set_by_name(w: World) -> Call:
    def is_set(_: None) -> bool:
        return mapiutil.GetProperties(w.message, "Colour") == b"green"

    return call(mapiutil.SetPropertyValue, w.message, "Colour", "green", gives=is_set)


@probe("mapiutil.SetProperties")
def values_are_set_by_name_and_tag(w: World) -> Call:
    given = {"Count": 7, mapitags.PR_SUBJECT_W: "Set"}

    def are_set(_: None) -> bool:
        return mapiutil.GetProperties(w.message, ("Count", mapitags.PR_SUBJECT_W)) == [7, "Set"]

    return call(mapiutil.SetProperties, w.message, given, gives=are_set)
