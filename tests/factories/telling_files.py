"""Files that say in every place a file has who made them, and a look into all of those places."""

import io
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

import openpyxl
import pikepdf
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin

NAME = "Quillfeather"
"""What stands wherever a file can name its author; no other word has it in it."""
DOCX, XLSX, PPTX = (
    f"application/vnd.openxmlformats-officedocument.{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
XMP = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{NAME}</dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def jpeg(*, name: str = NAME, turned: int = 1, mode: str = "RGB") -> bytes:
    """A picture from the camera of somebody."""
    exif = Image.Exif()
    exif[0x013B], exif[0x0112] = name, turned  # the artist
    out = io.BytesIO()
    Image.new(mode, (8, 6), 100).save(out, "JPEG", exif=exif, comment=name.encode(), progressive=True)
    return out.getvalue()


def png(name: str = NAME) -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", name)
    said.add_itxt("XML:com.adobe.xmp", name, zip=True)
    out = io.BytesIO()
    Image.new("RGBA", (8, 6), (9, 9, 9, 128)).save(out, "PNG", pnginfo=said, icc_profile=name.encode())
    return out.getvalue()


def pdf(name: str = NAME, **save: object) -> bytes:
    """A page that names its author in every place there is; what one reads is “Goal sheets.”"""
    document = pikepdf.new()
    document.add_blank_page()
    page = document.pages[0]
    page.Contents = document.make_stream(b"BT /F1 12 Tf 72 700 Td (Goal sheets.) Tj ET")
    picture = document.make_stream(jpeg(name=name))
    picture.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=8, Height=6, BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    private = pikepdf.Dictionary(Sketcher=pikepdf.Dictionary(Private=pikepdf.String(name)))
    page.obj.PieceInfo = private
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents=pikepdf.String("Why?"),
        T=pikepdf.String(name),
    )  # fmt: skip
    away = pikepdf.Dictionary(S=pikepdf.Name.GoToR, F=pikepdf.String(f"C:\\Users\\{name}\\plan.pdf"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=away)
    page.obj.Annots = [document.make_indirect(note), link]
    document.Root.Metadata = document.make_stream(XMP.replace(NAME.encode(), name.encode()))
    page.obj.Metadata = document.make_stream(name.encode())
    document.Root.PieceInfo = private
    document.attachments[f"{name}.txt"] = pikepdf.AttachedFileSpec(document, name.encode())
    document.docinfo["/Author"] = document.docinfo["/Title"] = document.docinfo["/Company"] = name
    out = io.BytesIO()
    document.save(out, **save)  # type: ignore[arg-type]
    return out.getvalue()


def xlsx(name: str = NAME) -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.lastModifiedBy = book.properties.title = name
    book.active["A1"] = "Year 1"
    book.active["A1"].comment = Comment("Why?", name)
    book.custom_doc_props.append(openpyxl.packaging.custom.StringProperty(name="School", value=name))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def docx(name: str = NAME, **more: bytes) -> bytes:
    """A document with a tracked change, a remark, the list of its people, a picture and a table in a chart."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    said = escape(name, {'"': "&quot;"})
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="a"/>'
        '<Override PartName="/word/document.xml" ContentType="b"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{relation}/officeDocument" Target="word/document.xml"/>'
        '<Relationship Id="r2" Type="x/core-properties" Target="docProps/core.xml"/></Relationships>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="x/people" Target="people.xml"/>'
        '<Relationship Id="r2" Type="x/custom" Target="../customXml/item1.xml"/>'
        '<Relationship Id="r3" Type="x/image" Target="media/image1.jpg"/></Relationships>',
        "docProps/core.xml": f"<core><creator>{said}</creator></core>",
        "docProps/app.xml": f"<app><Company>{said}</Company></app>",
        "customXml/item1.xml": f"<item>{said}</item>",
        "word/people.xml": f'<people><person author="{said}"/></people>',
        "word/comments.xml": f'<w:comments xmlns:w="{word}"><w:comment w:author="{said}" w:initials="{said}"/>'
        "</w:comments>",
        "word/document.xml": f'<w:document xmlns:w="{word}"><!-- {said.replace("-", "")} --><w:p>'
        f'<w:ins w:author="{said}" w:date="2016-03-01T00:00:00Z"><w:t>Goal sheets.</w:t></w:ins></w:p></w:document>',
    }
    binary = {"word/media/image1.jpg": jpeg(name=name), "word/embeddings/table.xlsx": xlsx(name), **more}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = name.encode()
        for place, content in {**parts, **binary}.items():
            archive.writestr(place, content)
    return out.getvalue()


def words_in(content: bytes) -> Iterator[bytes]:
    """Every byte that a file holds, unpacked as far as it goes."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.infolist():
                yield one.filename.encode() + one.comment + one.extra
                yield from words_in(archive.read(one))
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as document:
            yield repr(document.trailer).encode()
            for one in document.objects:
                yield repr(one).encode()
                if isinstance(one, pikepdf.Stream):
                    yield one.read_raw_bytes()
    if content.startswith((b"\xff\xd8", b"\x89PNG")):
        with Image.open(io.BytesIO(content)) as picture:
            yield repr((picture.info, dict(picture.getexif()))).encode()
