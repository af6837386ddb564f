import pytest

from workbench.diagnose.matrix.naming import named
from workbench.recipes import Recipe

RESIZES = (
    "cv2.linear", "tf.bilinear", "tf1.bilinear", "cv2.nearest", "pil.nearest", "pil.bilinear", "tf.bilinear_aa",
    "cv2.area",
)  # fmt: skip
SETTINGS = {name: Recipe(resize=name).settings() for name in RESIZES}
SETTINGS |= {
    "bgr": Recipe(color="bgr").settings(),
    "bgr area": Recipe(color="bgr", resize="cv2.area").settings(),
    "turned": {"rotate": 90},
}
NUMBER = {name: number for number, name in enumerate(SETTINGS)}


@pytest.mark.parametrize(
    ("group", "name"),
    [
        pytest.param(["pil.bilinear", "tf.bilinear_aa", "cv2.area"], "antialiased", id="kernels as wide as needed"),
        pytest.param(["cv2.linear", "tf.bilinear", "pil.nearest"], "not antialiased", id="kernels of fixed width"),
        pytest.param(["cv2.nearest", "pil.nearest"], "nearest", id="the narrower kind"),
        pytest.param(["cv2.nearest", "tf1.bilinear"], "no half-pixel centres", id="shifted alike"),
        pytest.param(["bgr", "bgr area"], "color=bgr", id="a choice that most have not"),
        pytest.param(["turned"], "turned", id="one member"),
        pytest.param(["cv2.linear", "pil.bilinear"], "cv2.linear, pil.bilinear", id="nothing in common"),
        pytest.param(["cv2.linear", "turned"], "cv2.linear, turned", id="changed slots beside a whole recipe"),
    ],
)
def test_a_group_is_named_by_what_its_members_share(group, name):
    members = tuple(NUMBER[each] for each in group)
    assert named([members], SETTINGS) == {name: members}


def test_groups_of_one_kind_have_their_members_beside_the_name():
    groups = [(NUMBER["pil.bilinear"], NUMBER["tf.bilinear_aa"]), (NUMBER["cv2.area"],), (NUMBER["bgr"],)]
    two = [groups[0], (NUMBER["cv2.area"], NUMBER["pil.bilinear"])]
    assert list(named(groups, SETTINGS)) == ["antialiased", "cv2.area", "bgr"]
    assert list(named(two, SETTINGS)) == [
        "antialiased (pil.bilinear, tf.bilinear_aa)", "antialiased (cv2.area, pil.bilinear)"
    ]  # fmt: skip
