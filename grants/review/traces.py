"""Files without what they say of whoever made them: their properties, not their text, which is the applicant's.

    clean = without_traces(content, "application/pdf")

What a format keeps of its makers: in a PDF the information dictionary and the XMP packets (ISO 32000-1, 14.3), private
data of programs (14.5), attached files, signatures and the names at remarks; in office files the parts under docProps,
the names at remarks and tracked changes, and links onto a disk (ECMA-376); in pictures Exif, text and color profiles.
A file is rewritten from what is known to be harmless; one that cannot be is refused, never passed on as it is.
"""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import pikepdf
from lxml import etree

from grants.review.pictures import NoPicture, jp2_without_traces, jpeg_without_traces, png_without_traces

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_MOST_NESTED: Final = 3
"""How deep documents may lie in one another: a table in a chart in a report."""


class Unremovable(Exception):
    """What a file says of its author cannot be taken out; the text says why, as the end of a sentence."""


def without_traces(content: bytes, content_type: str) -> bytes:
    """The same document without a word on who made it, when and with which program.

    content_type   as the upload was told to be: PDF, Word, Excel, PowerPoint, PNG, JPEG or CSV
    raises         Unremovable for another kind, or one that cannot be read through
    """
    return _without(content, content_type, 0)


def _without(content: bytes, content_type: str, depth: int) -> bytes:
    if content_type.startswith(_OFFICE):
        return _office(content, depth)
    cleaners: Mapping[str, Callable[[bytes], bytes]] = {
        "application/pdf": _pdf,
        "image/jpeg": _picture(jpeg_without_traces),
        "image/png": _picture(png_without_traces),
        "text/csv": lambda table: table,
    }
    clean = cleaners.get(content_type)
    if clean is None:
        raise Unremovable("it is of a kind whose properties are not known")
    return clean(content)


def _picture(clean: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def cleaned(content: bytes) -> bytes:
        try:
            return clean(content)
        except NoPicture as error:
            raise Unremovable("a picture in it cannot be read through") from error

    return cleaned


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

# Of the catalog: all that describes, signs, attaches or runs, none of which is a page.
_OF_THE_CATALOG = (
    "/Metadata",
    "/PieceInfo",
    "/AF",
    "/Perms",
    "/DSS",
    "/Collection",
    "/URI",
    "/AA",
    "/Legal",
    "/SpiderInfo",
)
_OF_ANYTHING = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF", "/CreatorInfo", "/OPI")
_OF_A_REMARK = ("/T", "/NM", "/M", "/CreationDate", "/RC", "/Subj")
_NAMES_A_PLACE = frozenset({"/GoToR", "/GoToE", "/Launch", "/SubmitForm", "/ImportData", "/JavaScript"})


def _pdf(content: bytes) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            _forget_the_catalog(document)
            for one in document.objects:
                _forget(one)
            clean = io.BytesIO()
            document.save(clean, deterministic_id=True)
            return clean.getvalue()
    except pikepdf.PasswordError as error:
        raise Unremovable("it is protected by a password") from error
    except (pikepdf.PdfError, NoPicture, ValueError, TypeError, RuntimeError, AttributeError, KeyError) as error:
        raise Unremovable("it cannot be read through") from error


def _forget_the_catalog(document: pikepdf.Pdf) -> None:
    for key in ("/Info", "/ID"):
        if key in document.trailer:
            del document.trailer[key]
    catalog = document.Root
    _drop(catalog, _OF_THE_CATALOG)
    if "/Names" in catalog:
        _drop(catalog["/Names"], ("/EmbeddedFiles", "/JavaScript"))
    if catalog.get("/OpenAction") is not None and not isinstance(catalog["/OpenAction"], pikepdf.Array):
        del catalog["/OpenAction"]


def _forget(one: pikepdf.Object) -> None:
    """Take from one object, and from what stands directly in it, what says who made it."""
    if isinstance(one, pikepdf.Array):
        inside = list(one)
    elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        _drop(one, _OF_ANYTHING)
        _forget_of_a_page(one)
        if isinstance(one, pikepdf.Stream):
            _forget_in_pictures(one)
        inside = [value for _, value in one.items()]
    else:
        return
    for direct in inside:
        if isinstance(direct, pikepdf.Array | pikepdf.Dictionary) and not direct.is_indirect:
            _forget(direct)  # those with numbers of their own come by themselves


def _forget_of_a_page(one: pikepdf.Object) -> None:
    """Remarks' names, attached files, signatures, and where on a disk a link leads."""
    if "/Annots" in one:
        remarks = [
            each for each in one["/Annots"] if isinstance(each, pikepdf.Dictionary)
        ]  # in a damaged file not all are
        one["/Annots"] = pikepdf.Array([each for each in remarks if each.get("/Subtype") != "/FileAttachment"])
    if "/Subtype" in one and "/Rect" in one and one["/Subtype"] != "/Widget":
        _drop(one, _OF_A_REMARK)
    if one.get("/FT") == "/Sig":
        _drop(one, ("/V",))
    if one.get("/S") in _NAMES_A_PLACE:
        _drop(one, ("/F", "/JS", "/Win"))


def _forget_in_pictures(stream: pikepdf.Stream) -> None:
    filters = stream.get("/Filter")
    names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    pictures = {"/DCTDecode", "/JPXDecode"} & set(names)
    if not pictures:
        return
    if len(names) > 1:
        raise Unremovable("a picture in it is packed twice")
    if pictures == {"/JPXDecode"}:
        stream.write(jp2_without_traces(stream.read_raw_bytes()), filter=pikepdf.Name.JPXDecode)
        return
    parms = stream.get("/DecodeParms")
    clean = jpeg_without_traces(stream.read_raw_bytes(), keep_profile=True)
    stream.write(
        clean,
        filter=pikepdf.Name.DCTDecode,
        decode_parms=parms if isinstance(parms, pikepdf.Array | pikepdf.Dictionary) else None,
    )


def _drop(one: pikepdf.Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in one:
            del one[key]


# ── office files ─────────────────────────────────────────────────────────────────────────────────────────────────────

_PARTS_OF_PEOPLE = re.compile(
    r"^(docProps/|customXml/|.*/(people|persons?/.*|authors)\.xml$|.*/printerSettings/|.*/revisions/|xl/persons/)",
    re.IGNORECASE,
)
_NAMES_PEOPLE = frozenset(
    {"author", "initials", "userName", "userId", "providerId", "displayName", "lastModifiedBy", "lastEdited", "date"}
)
_ELEMENTS_OF_PEOPLE = frozenset({"absPath", "docVars", "metadata", "fileSharing"})
_AS_IT_IS = frozenset({"emf", "wmf", "bmp", "odttf", "ttf", "fntdata"})
_PARSER: Final[Mapping[str, Any]] = {"resolve_entities": False, "no_network": True, "load_dtd": False}
SOMEBODY: Final = "Author"
"""The name at remarks and changes, as office programs themselves write it when they are asked to forget."""
NOWHERE: Final = "about:blank"
"""Where a link leads that led onto a disk or a network of its author: to a template, a table that is read from."""
_ON_THE_WEB = re.compile(r"\s*(https?|mailto):", re.IGNORECASE)
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


def _office(content: bytes, depth: int) -> bytes:
    if depth > _MOST_NESTED:
        raise Unremovable("documents lie in it too deep in one another")
    clean = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                if not _PARTS_OF_PEOPLE.match(name) and not name.endswith("/"):
                    part = zipfile.ZipInfo(name, _LONG_AGO)
                    part.compress_type = zipfile.ZIP_DEFLATED
                    new.writestr(part, _part(name, old.read(name), depth))
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        RuntimeError,
        etree.LxmlError,
        OSError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise Unremovable("it cannot be read through") from error
    return clean.getvalue()


def _part(name: str, content: bytes, depth: int) -> bytes:
    ending = name.rpartition(".")[2].lower()  # also of a name that is an ending alone: _rels/.rels
    if ending in {"xml", "rels", "vml", "svg"}:
        return _xml(name, content)
    if ending in {"docx", "xlsx", "pptx"}:
        return _office(content, depth + 1)
    if ending in {"jpg", "jpeg", "png"}:
        return _without(content, "image/png" if ending == "png" else "image/jpeg", depth)
    if ending in _AS_IT_IS:
        return content
    raise Unremovable(f"there is a .{ending} in it, whose properties are not known")


def _xml(name: str, content: bytes) -> bytes:
    root = etree.fromstring(content, etree.XMLParser(**_PARSER))
    if root.getroottree().docinfo.doctype:
        raise Unremovable("it cannot be read through")
    for one in list(root.iter()):
        if not isinstance(one.tag, str):  # a remark between the lines, or an instruction to a program
            _take_out(one)
            continue
        local = etree.QName(one).localname
        if local in _ELEMENTS_OF_PEOPLE or _leads_to_people(name, local, one):
            _take_out(one)
            continue
        if local in {"cmAuthor", "author"}:
            one.text = SOMEBODY if local == "author" else one.text
            for key in list(one.attrib):
                if etree.QName(key).localname in {"name", *_NAMES_PEOPLE} - {"date"}:
                    one.attrib[key] = SOMEBODY
        _forget_a_disk(one)
        for key in list(one.attrib):
            said = etree.QName(key).localname
            if said in _NAMES_PEOPLE and (said != "date" or _is_a_change(one)):
                one.attrib[key] = "2000-01-01T00:00:00Z" if said == "date" else SOMEBODY
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _forget_a_disk(one: Any) -> None:
    if one.get("TargetMode", "Internal") != "Internal" and not _ON_THE_WEB.match(one.get("Target", "")):
        one.set("Target", NOWHERE)


def _is_a_change(one: Any) -> bool:
    return any(etree.QName(key).localname == "author" for key in one.attrib)


def _leads_to_people(name: str, local: str, one: Any) -> bool:
    """Whether an element of a list of parts or relations names a part that is left out."""
    if local == "Override":
        return bool(_PARTS_OF_PEOPLE.match(one.get("PartName", "").lstrip("/")))
    if local != "Relationship" or one.get("TargetMode") == "External":
        return False
    folder = PurePosixPath(name).parent.parent
    target = one.get("Target", "")
    path = target.lstrip("/") if target.startswith("/") else _resolved(folder, target)
    return bool(_PARTS_OF_PEOPLE.match(path))


def _resolved(folder: PurePosixPath, target: str) -> str:
    found: list[str] = []
    for step in (folder / target).parts:
        found = found[:-1] if step == ".." else found if step == "." else [*found, step]
    return "/".join(found)


def _take_out(one: Any) -> None:
    """Take an element out and leave the text after it."""
    parent = one.getparent()
    if parent is None:
        return
    if one.tail:
        before = one.getprevious()
        if before is None:
            parent.text = (parent.text or "") + one.tail
        else:
            before.tail = (before.tail or "") + one.tail
    parent.remove(one)
