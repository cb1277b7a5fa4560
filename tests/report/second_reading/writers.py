"""People who write reports, each with words of their own: templates by abnormality.

``{where}`` is a place with its preposition, ``{size}`` a size, ``{side}`` a side as an adjective. What is normal is
said by each in another way. ``HELD_OUT`` write reports that the check was never mended on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Templates = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Writer:
    """How one person writes.

    Args:
        name: for the table.
        lobes: what the lobes are called, with the preposition.
        sides: adjectives for right, left, both.
        say: abnormality → templates.
        normal: abnormality → how it is said not to be there; used for what is not.
        course: "new", "larger", "smaller", "unchanged", "gone" → templates with {said} and {then}.
        follow: templates with {months}; ``nothing`` where nothing is to follow.
        headings: of findings and impression.
        noise: sentences about what nobody looks for.
        two: how two axes are written.
        one: how one is.
        numbered: the impression is a list with numbers.
        centimetres: sizes above 10 mm are written in cm.
    """

    name: str
    lobes: Mapping[str, str]
    sides: tuple[str, str, str]
    say: Templates
    normal: Mapping[str, str]
    course: Templates
    follow: tuple[str, ...]
    nothing: tuple[str, ...]
    headings: tuple[str, str]
    noise: tuple[str, ...]
    two: str = "{long:g} x {short:g} {unit}"
    one: str = "{long:g} {unit}"
    numbered: bool = True
    centimetres: bool = False
    none: str = "No acute finding."
    units: tuple[str, str] = ("mm", "cm")
    months: str = "{least}-{most} months"
    before: str = ""
    opening: tuple[str, ...] = field(default=())


EN_LOBES = {
    "right_upper": "in the right upper lobe",
    "right_mid": "in the right middle lobe",
    "right_lower": "in the right lower lobe",
    "left_upper": "in the left upper lobe",
    "left_lower": "in the left lower lobe",
    "mediastinum": "in the mediastinum",
}
SHORT_LOBES = {
    "right_upper": "RUL",
    "right_mid": "RML",
    "right_lower": "RLL",
    "left_upper": "LUL",
    "left_lower": "LLL",
    "mediastinum": "mediastinal",
}
ZH_LOBES = {
    "right_upper": "右肺上叶",
    "right_mid": "右肺中叶",
    "right_lower": "右肺下叶",
    "left_upper": "左肺上叶",
    "left_lower": "左肺下叶",
    "mediastinum": "纵隔",
}

PLAIN = Writer(
    "plain",
    EN_LOBES,
    ("right", "left", "bilateral"),
    {
        "nodule": ("There is a {size} nodule {where}.", "Nodule {where} measuring {size}."),
        "mass": ("There is a {size} mass {where}.", "A large mass {where} measures {size}."),
        "granuloma": ("Calcified granuloma {where}.",),
        "lymphadenopathy": ("Enlarged mediastinal lymph node measuring {size}.",),
        "consolidation": ("Consolidation {where}.", "There is airspace consolidation {where}."),
        "groundglass": ("Ground-glass opacity {where}.",),
        "atelectasis": ("Atelectasis {where}.", "Mild atelectasis {where}."),
        "bronchiectasis": ("Cylindrical bronchiectasis {where}.",),
        "pneumothorax": ("There is a {side} pneumothorax.", "Small {side} pneumothorax."),
        "fracture": ("Fracture of a {side} rib.",),
        "chest_tube": ("A {side} chest tube is in place.",),
        "emphysema": ("Centrilobular emphysema.", "There is moderate emphysema."),
        "fibrosis": ("Pulmonary fibrosis with a basal predominance.",),
        "cardiomegaly": ("The heart is enlarged.", "Cardiomegaly."),
        "pericardial_effusion": ("There is a pericardial effusion.", "Small pericardial effusion."),
        "aneurysm": ("Aneurysm of the ascending aorta.", "The ascending aorta is aneurysmal."),
        "coronary_artery_disease": ("Coronary artery calcifications.",),
        "hernia": ("Small hiatal hernia.",),
        "catheter_or_port": ("A central venous catheter ends in the superior vena cava.",),
        "tracheal_tube": ("An endotracheal tube is in place.",),
        "pulmonary_edema": ("Findings of pulmonary edema.", "There is interstitial pulmonary edema."),
        "scarring": ("Apical scarring.",),
        "septal_thickening": ("Interlobular septal thickening.",),
        "tree_in_bud": ("Tree-in-bud opacities.",),
        "sternotomy": ("Status post median sternotomy.",),
        "pleural_effusion": ("There is a {side} pleural effusion.", "Small {side} pleural effusion."),
        "large pleural_effusion": ("There is a large {side} pleural effusion.",),
    },
    {
        "pleural_effusion": "No pleural effusion.",
        "pneumothorax": "No pneumothorax.",
        "consolidation": "No consolidation.",
        "nodule": "No suspicious nodule.",
        "lymphadenopathy": "No mediastinal lymphadenopathy.",
        "pericardial_effusion": "No pericardial effusion.",
        "cardiomegaly": "Heart size is normal.",
        "aneurysm": "The thoracic aorta is normal in caliber.",
        "fracture": "No acute fracture.",
    },
    {
        "new": ("{said} This is new.",),
        "larger": ("{said} It has increased, previously {then}.",),
        "smaller": ("{said} It has decreased from {then}.",),
        "unchanged": ("{said} It is unchanged.",),
        "gone": ("The previously seen nodule {where} has resolved.",),
    },
    ("Follow-up CT in {months} is recommended.", "Recommend CT in {months}."),
    ("No follow-up is needed.",),
    ("FINDINGS:", "IMPRESSION:"),
    (
        "The thyroid is unremarkable.",
        "Degenerative changes of the spine.",
        "Cholelithiasis.",
        "A 12 mm cyst in the liver.",
        "The central airways are patent.",
    ),
    opening=("INDICATION: Cough, history of pneumonia.", "TECHNIQUE: CT of the chest, 1 mm slices."),
)

LISTS = Writer(
    "lists",
    EN_LOBES,
    ("right-sided", "left-sided", "bilateral"),
    {
        **PLAIN.say,
        "nodule": ("A solid pulmonary nodule is seen {where}, measuring {size}.", "{size} solid nodule {where}."),
        "mass": ("A spiculated mass {where} measures {size}.", "{size} lobulated mass {where}."),
        "lymphadenopathy": ("Mediastinal lymphadenopathy, the largest node measuring {size}.",),
        "consolidation": ("Focal consolidation is present {where}, consistent with pneumonia.",),
        "groundglass": ("Patchy ground glass opacities are present {where}.",),
        "atelectasis": ("Subsegmental atelectasis is noted {where}.",),
        "pneumothorax": ("A {side} pneumothorax is present.",),
        "fracture": ("Displaced {side} rib fracture.",),
        "cardiomegaly": ("Mild cardiomegaly is present.", "Cardiac silhouette is enlarged."),
        "emphysema": ("Emphysematous changes are seen in both lungs.",),
        "pericardial_effusion": ("A pericardial effusion is present.",),
        "aneurysm": ("There is aneurysmal dilatation of the ascending thoracic aorta.",),
        "coronary_artery_disease": ("Moderate coronary calcification.",),
        "pleural_effusion": ("A {side} pleural effusion is noted.",),
        "large pleural_effusion": ("A large {side} pleural effusion is noted.",),
        "pulmonary_edema": ("Smooth septal thickening compatible with pulmonary edema.",),
    },
    {
        "pleural_effusion": "Pleural effusion: none.",
        "pneumothorax": "There is no evidence of pneumothorax.",
        "consolidation": "No focal consolidation.",
        "nodule": "No pulmonary nodules.",
        "mass": "No mass.",
        "lymphadenopathy": "There are no enlarged lymph nodes.",
        "cardiomegaly": "The heart is normal in size.",
        "pericardial_effusion": "Pericardial effusion is not seen.",
        "emphysema": "No emphysema.",
    },
    {
        "new": ("{said} This was not present on the prior study.",),
        "larger": ("{said} It has grown and was {then} before.",),
        "smaller": ("{said} It has become smaller.",),
        "unchanged": ("{said} Stable compared with the prior.",),
        "gone": ("The prior nodule {where} is no longer seen.",),
    },
    ("Repeat chest CT in {months} is suggested.", "A follow-up chest CT at {months} is advised."),
    ("No routine follow-up is recommended.",),
    ("Findings:", "Conclusion:"),
    (
        "Visualized upper abdomen is unremarkable.",
        "A 9 mm nodule in the right thyroid lobe.",
        "No suspicious bone lesion.",
        "Bilateral renal cysts.",
    ),
    two="{long:g} mm x {short:g} mm",
    months="{least} to {most} months",
    opening=("Clinical history: known nodule.", "Comparison: none available."),
)

TELEGRAM = Writer(
    "telegram",
    SHORT_LOBES,
    ("right", "left", "bilateral"),
    {
        **PLAIN.say,
        "nodule": ("{where} nodule {size}.", "{where}: {size} nodule."),
        "mass": ("{where} mass {size}.",),
        "granuloma": ("{where} calcified granuloma.",),
        "lymphadenopathy": ("Mediastinal adenopathy, {size}.",),
        "consolidation": ("{where} consolidation.", "{where} pneumonia."),
        "groundglass": ("{where} GGO.", "{where} ground-glass opacities."),
        "atelectasis": ("{where} atelectasis.",),
        "bronchiectasis": ("{where} bronchiectasis.",),
        "pneumothorax": ("{side} pneumothorax.",),
        "pleural_effusion": ("{side} pleural effusion.",),
        "large pleural_effusion": ("Large {side} pleural effusion.",),
        "cardiomegaly": ("Cardiomegaly.",),
        "emphysema": ("Emphysema.",),
    },
    {
        "pleural_effusion": "No effusion.",
        "pneumothorax": "No pneumothorax.",
        "lymphadenopathy": "No adenopathy.",
        "consolidation": "No consolidation.",
    },
    {
        "new": ("New: {said}",),
        "larger": ("{said} Larger, was {then}.",),
        "smaller": ("{said} Smaller.",),
        "unchanged": ("{said} Unchanged.",),
        "gone": ("{where} nodule resolved.",),
    },
    ("CT follow-up in {months}.",),
    ("No follow-up necessary.",),
    ("FINDINGS", "IMPRESSION"),
    ("Gallstones.", "Spine: degenerative changes.", "Left adrenal nodule 14 mm."),
    two="{long:g} x {short:g} {unit}",
    numbered=False,
    centimetres=True,
)

CHINESE = Writer(
    "chinese",
    ZH_LOBES,
    ("右侧", "左侧", "双侧"),
    {
        "nodule": ("{where}见结节，大小约{size}。", "{where}可见一结节影，约{size}。"),
        "mass": ("{where}见肿块，大小约{size}。",),
        "granuloma": ("{where}见钙化肉芽肿。",),
        "lymphadenopathy": ("纵隔内见肿大淋巴结，大小约{size}。",),
        "consolidation": ("{where}见实变影。",),
        "groundglass": ("{where}见磨玻璃影。",),
        "atelectasis": ("{where}肺不张。",),
        "bronchiectasis": ("{where}支气管扩张。",),
        "pneumothorax": ("{side}气胸。",),
        "fracture": ("{side}肋骨骨折。",),
        "chest_tube": ("{side}胸腔引流管在位。",),
        "emphysema": ("双肺肺气肿。",),
        "fibrosis": ("双肺纤维化。",),
        "cardiomegaly": ("心影增大。",),
        "pericardial_effusion": ("心包积液。",),
        "aneurysm": ("升主动脉瘤。",),
        "coronary_artery_disease": ("冠状动脉钙化。",),
        "hernia": ("食管裂孔疝。",),
        "catheter_or_port": ("中心静脉导管在位。",),
        "tracheal_tube": ("气管插管在位。",),
        "pulmonary_edema": ("肺水肿。",),
        "scarring": ("肺尖见瘢痕。",),
        "septal_thickening": ("小叶间隔增厚。",),
        "tree_in_bud": ("见树芽征。",),
        "sternotomy": ("胸骨术后改变。",),
        "pleural_effusion": ("{side}胸腔积液。",),
        "large pleural_effusion": ("{side}大量胸腔积液。",),
    },
    {
        "pleural_effusion": "双侧胸腔未见积液。",
        "pneumothorax": "未见气胸。",
        "lymphadenopathy": "纵隔未见肿大淋巴结。",
        "cardiomegaly": "心脏大小正常。",
        "nodule": "双肺未见结节。",
    },
    {
        "new": ("{said}为新出现。",),
        "larger": ("{said}较前增大，原为{then}。",),
        "smaller": ("{said}较前缩小。",),
        "unchanged": ("{said}较前无明显变化。",),
        "gone": ("原{where}结节已消失。",),
    },
    ("建议{months}后复查CT。",),
    ("无需随访。",),
    ("检查所见：", "诊断意见："),
    ("肝内见囊肿，约12mm。", "胆囊结石。", "胸椎退行性变。"),
    two="{long:g}{unit}×{short:g}{unit}",
    one="{long:g}{unit}",
    none="胸部未见明显异常。",
    months="{least}-{most}个月",
)

DICTATED = Writer(
    "dictated",
    {**EN_LOBES, "right_mid": "in the middle lobe"},
    ("right", "left", "both-sided"),
    {
        **PLAIN.say,
        "nodule": (
            "In the lung parenchyma I see a nodular lesion {where} with a size of {size}.",
            "Well-circumscribed nodule of {size} {where}.",
        ),
        "mass": ("Space-occupying mass {where} of about {size}.", "Irregular mass {where}, up to {size}."),
        "lymphadenopathy": ("Pathologically enlarged lymph nodes in the mediastinum, up to {size}.",),
        "consolidation": ("Confluent consolidation {where} with air bronchogram.",),
        "groundglass": ("Hazy ground-glass density {where}.",),
        "atelectasis": ("Partial collapse with atelectasis {where}.", "Plate atelectasis {where}."),
        "bronchiectasis": ("Dilated bronchi in the sense of bronchiectasis {where}.",),
        "pneumothorax": ("Air in the {side} pleural space: pneumothorax.", "Pneumothorax on the {side}."),
        "fracture": ("Rib fracture on the {side}.",),
        "chest_tube": ("Chest drain on the {side}.",),
        "cardiomegaly": ("Widened heart, cardiomegaly.",),
        "aneurysm": ("Aortic aneurysm, ascending part.",),
        "coronary_artery_disease": ("Calcified coronary arteries.",),
        "pericardial_effusion": ("Fluid around the heart: pericardial effusion.",),
        "pleural_effusion": ("Pleural effusion on the {side}.", "{side} pleural fluid."),
        "large pleural_effusion": ("Large pleural effusion on the {side}.",),
        "emphysema": ("Marked pulmonary emphysema.",),
        "pulmonary_edema": ("Signs of pulmonary oedema.",),
        "hernia": ("Axial hiatus hernia.",),
    },
    {
        "pleural_effusion": "Neither pleural effusion nor pneumothorax.",
        "nodule": "No evidence of pulmonary nodules or masses.",
        "consolidation": "No infiltrates or consolidation.",
        "lymphadenopathy": "No pathologically enlarged nodes.",
        "cardiomegaly": "Heart not enlarged.",
        "pericardial_effusion": "No fluid in the pericardium.",
    },
    {
        "new": ("{said} Newly appeared.",),
        "larger": ("{said} Progressive in size (formerly {then}).",),
        "smaller": ("{said} Regressive.",),
        "unchanged": ("{said} Constant in size.",),
        "gone": ("The nodule described earlier {where} can no longer be found.",),
    },
    ("Control CT in {months} advised.", "We suggest surveillance CT after {months}."),
    ("Follow-up is not required.",),
    ("Findings:", "Summary:"),
    ("Spondylosis.", "Status post cholecystectomy.", "Small cyst in the left kidney."),
    two="{long:g} × {short:g} mm",
    months="{least} to {most} months",
    opening=("Reason for exam: exclude malignancy.",),
)

CHINESE_LONG = Writer(
    "chinese, long",
    ZH_LOBES,
    ("右侧", "左侧", "两侧"),
    {
        **CHINESE.say,
        "nodule": ("{where}见一枚实性结节，直径约{size}，边界清。", "{where}结节灶，大小{size}。"),
        "mass": ("{where}可见软组织肿块影，大小约{size}，边缘分叶。",),
        "consolidation": ("{where}可见大片实变，其内见支气管充气征。",),
        "groundglass": ("{where}可见片状磨玻璃样密度影。",),
        "pneumothorax": ("{side}胸腔见气体影，考虑气胸。", "{side}气胸。"),
        "pleural_effusion": ("{side}胸腔内见积液。", "{side}胸腔积液征。"),
        "large pleural_effusion": ("{side}胸腔大量积液。",),
        "cardiomegaly": ("心脏增大。",),
        "lymphadenopathy": ("纵隔淋巴结肿大，大者约{size}。",),
        "emphysema": ("双肺透亮度增高，呈肺气肿改变。",),
        "aneurysm": ("升主动脉瘤样扩张。",),
        "coronary_artery_disease": ("冠脉见钙化斑块。",),
    },
    {
        "pleural_effusion": "两侧胸腔未见积液征象。",
        "lymphadenopathy": "纵隔及肺门未见明显肿大淋巴结。",
        "cardiomegaly": "心影大小、形态正常。",
        "consolidation": "双肺未见实变。",
    },
    {
        "new": ("{said}系新发。",),
        "larger": ("{said}较前片增大（前片{then}）。",),
        "smaller": ("{said}较前片缩小。",),
        "unchanged": ("{said}较前片相仿。",),
        "gone": ("前片所示{where}结节本次未见显示。",),
    },
    ("建议{months}复查胸部CT。",),
    ("不需随访。",),
    ("影像所见：", "印象："),
    ("甲状腺右叶见结节，约9mm。", "脊柱退行性改变。", "左肾囊肿。"),
    two="{long:g}mm*{short:g}mm",
    one="{long:g}mm",
    none="胸部CT平扫未见异常。",
    months="{least}～{most}个月",
)

DEVELOPED_ON = (PLAIN, LISTS, TELEGRAM, CHINESE)
HELD_OUT = (DICTATED, CHINESE_LONG)
