"""Every kind of field, one small file each family. `AnyField` is the whole list."""

from typing import Annotated

from pydantic import Discriminator

from sayso.spec.fields.ai import Ai
from sayso.spec.fields.choice import Checkbox, MultiSelect, Option, Select
from sayso.spec.fields.date import Date, Datetime
from sayso.spec.fields.field import Field, Storage
from sayso.spec.fields.file import File, Image
from sayso.spec.fields.fill import Fill, Picture, fill_of
from sayso.spec.fields.formula import Formula
from sayso.spec.fields.link import Link, Lookup, Rollup
from sayso.spec.fields.money import Money
from sayso.spec.fields.number import Autonumber, Duration, Number, Percent, Rating
from sayso.spec.fields.people import Person
from sayso.spec.fields.system import CreatedAt, CreatedBy, UpdatedAt, UpdatedBy
from sayso.spec.fields.text import Email, LongText, Phone, Text, Url

AnyField = Annotated[
    Text
    | LongText
    | Number
    | Money
    | Percent
    | Date
    | Datetime
    | Duration
    | Checkbox
    | Select
    | MultiSelect
    | Rating
    | Email
    | Phone
    | Url
    | Person
    | Link
    | Lookup
    | Rollup
    | Formula
    | File
    | Image
    | Autonumber
    | CreatedAt
    | CreatedBy
    | UpdatedAt
    | UpdatedBy
    | Ai,
    Discriminator("kind"),
]

__all__ = [
    "Ai", "AnyField", "Autonumber", "Checkbox", "CreatedAt", "CreatedBy", "Date", "Datetime", "Duration", "Email", "Field", "File", "Fill",
    "Formula", "Image", "Link", "LongText", "Lookup", "Money", "MultiSelect", "Number", "Option", "Percent", "Person", "Phone", "Picture",
    "Rating", "Rollup", "Select", "Storage", "Text", "UpdatedAt", "UpdatedBy", "Url", "fill_of",
]  # fmt: skip
