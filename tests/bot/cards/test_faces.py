"""What the shipped faces draw: all that the poet writes, in both scripts, never an empty box."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.cards.faces import Faces, UndrawableCharacters
from model.verse import Script, to_script
from tests.bot.vocabulary import shipped_vocabularies

RARE = (
    "㔉㕙㦬㦸㹀㹠䅉䆉䌸䍀𠡠𡏖𡝠𡶴𡷾𢋙𣍯𣸩𤃩𤱶𥝧𥩟𦈌𦩘𧏖𨁝𩍐𩙪𪡋𪨷𪫺𪸩𪿫𫁂"
    "𫄙𫄠𫇛𫈵𫎺𫏨𫐆𫐐𫓪𫔔𫖇𫗋𫗵𫘞𫛛𫜪𫷷𬀩𬬻𬭭𬳶𬴂𬸚𰬸"
)


def vocabulary() -> str:
    """The shipped poets' characters, and those that faces tend to lack."""
    return "".join(shipped_vocabularies().values()) + RARE


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces()


def ink(character: str, font: ImageFont.FreeTypeFont) -> bytes:
    image = Image.new("L", (40, 40))
    ImageDraw.Draw(image).text((20, 20), character, fill=255, font=font, anchor="mm")
    return image.tobytes()


@pytest.mark.parametrize("script", Script)
def test_every_character_of_the_poet_is_drawn(faces: Faces, script: Script) -> None:
    characters = set(vocabulary())
    characters |= {to_script(character, script) for character in characters}
    faces.check("".join(characters))


def test_what_a_face_claims_to_draw_is_ink_and_no_empty_box(faces: Faces) -> None:
    boxes = {ink("\U0010fffd", faces.font(character, 28)) for character in "山A"}
    nothing = bytes(40 * 40)
    assert nothing not in boxes
    drawn = {character: ink(character, faces.font(character, 28)) for character in vocabulary()}
    assert [c for c, pixels in drawn.items() if pixels in boxes or pixels == nothing] == []


def test_titles_and_signatures_are_drawn(faces: Faces) -> None:
    faces.check("每日一诗·二〇二六年十二月三十一日　農曆正月初一，。「」《》——……")
    faces.check("Qibu 七步 @qibu_bot (Poem of the day: 3 März 2026)")


def test_what_no_face_draws_is_named_once(faces: Faces) -> None:
    with pytest.raises(UndrawableCharacters) as error:
        faces.check("山🌙水🌙ก")
    assert error.value.characters == "🌙ก"
    assert "🌙" in str(error.value)
