"""Keys and tokens of services by the prefixes and shapes that their issuers publish."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_MODELS = (
    # OpenAI, Anthropic, DeepSeek, OpenRouter and all that imitate them
    r"sk-(?:proj-|svcacct-|admin-|ant-(?:api\d\d-|admin\d\d-)?|or-v1-|lf-)?[\w-]{20,200}",
    r"hf_[A-Za-z0-9]{30,40}",
    r"api_org_[A-Za-z]{34}",
    r"gsk_[A-Za-z0-9]{40,60}",
    r"(?:xai|pplx|nvapi)-[\w-]{40,100}",
    r"r8_[A-Za-z0-9]{37,40}",
    r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    r"vst_[A-Za-z0-9]{6,16}_[A-Za-z0-9]{20,64}",
)
_CLOUDS = (
    r"(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA)[A-Z0-9]{16}",
    r"AIza[\w-]{35}",
    r"ya29\.[\w-]{20,400}",
    r"GOCSPX-[\w-]{28}",
    r"1//0[\w-]{40,120}",
    r"[A-Za-z0-9_~.]{3}\dQ~[\w~.-]{31,34}",  # Entra client secret
    r"(?<=AccountKey=)[A-Za-z0-9+/]{60,90}={0,2}",
    r"(?<=SharedAccessKey=)[A-Za-z0-9+/]{40,60}={0,2}",
    r"(?<=[?&]sig=)[\w%+/]{40,90}(?:%3D|={1,2})?",
    r"do[opr]_v1_[0-9a-f]{64}",
    r"(?:tskey-(?:auth|api|client)|tskey)-[\w-]{16,64}",
    r"hv[sbr]\.[\w-]{24,200}",
    r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}",
    r"dapi[0-9a-f]{32}(?:-\d)?",
    r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,80}",
    r"(?:HRKU|NRAK|PMAK|CFPAT)-[\w-]{20,80}",
    r"(?:pul|sbp|nfp|pscale_tkn|pscale_pw|rubygems|glsa|glc|ops|lin_api|figd|ntn|tfp|aio|sntry[su]|ATBB|"
    r"CCIPAT)[_-]?(?<=[_-])[\w.-]{24,300}",
    r"ATATT3[\w=-]{60,250}",
    r"fm[12]_[\w+/=-]{60,600}",
)
_CODE = (
    r"gh[pousr]_[A-Za-z0-9]{30,255}",
    r"github_pat_\w{22,255}",
    r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|agent|imt|ffct)-[\w.-]{20,64}",
    r"GR1348941[\w-]{20}",
    r"npm_[A-Za-z0-9]{30,40}",
    r"pypi-[\w-]{40,300}",
    r"oy2[a-z0-9]{43}",
    r"dckr_(?:pat|oat)_[\w-]{24,40}",
)
_MESSAGES = (
    r"xox[abeoprs](?:\.xox[bp])?-[\w-]{10,250}",
    r"xapp-\d-[\w-]{20,200}",
    r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{20,120}",
    r"https://(?:\w{2,8}\.)?discord(?:app)?\.com/api/webhooks/\d{15,20}/[\w-]{40,90}",
    r"https://[\w-]{1,60}\.webhook\.office\.com/[\w@/-]{40,250}",
    r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}",  # Discord bot
    r"\d{8,10}:AA[\w-]{32,34}",  # Telegram bot
    r"(?:SK|AC)[0-9a-f]{32}",  # Twilio
    r"SG\.[\w-]{16,32}\.[\w-]{30,64}",
    r"key-[0-9a-f]{32}",  # Mailgun
    r"[0-9a-f]{32}-us\d{1,2}",  # Mailchimp
    r"xkeysib-[0-9a-f]{64}-\w{16}",
)
_MONEY = (
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,250}",
    r"whsec_[A-Za-z0-9+/=]{24,80}",
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    r"sq0(?:atp|csp|idp)-[\w-]{22,43}",
    r"EAAA[\w-]{60}",
    r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}",
)
_TOKENS = (r"eyJ[\w-]{8,4000}\.eyJ[\w-]{8,4000}\.[\w-]{8,1400}", r"NNSXS\.[A-Z0-9]{39}\.[A-Z0-9]{52}")


def _is_no_placeholder(match: re.Match[str]) -> bool:
    """`sk-xxxxxxxxxxxxxxxxxxxx` shows the shape of a key; `sk-learn-html-container` is a name."""
    value = match["value"]
    if len(set(value)) < 10 and not value.startswith("xox"):
        return False
    return not value.startswith("sk-") or any(c.isdigit() for c in value)


RECOGNIZER = Recognizer(
    type="API_KEY",
    pattern=re.compile(
        rf"(?<![A-Za-z0-9_-])(?P<value>{'|'.join((*_MODELS, *_CLOUDS, *_CODE, *_MESSAGES, *_MONEY, *_TOKENS))})"
    ),
    examples=(
        ("use sk-proj-aB3dE5fG7hJ9kL1mN3pQ5rS7", "sk-proj-aB3dE5fG7hJ9kL1mN3pQ5rS7"),
        ("OPENAI_API_KEY=sk-ant-api03-qW3rT5yU7iO9pA1sD3fG5hJ7-kL9", "sk-ant-api03-qW3rT5yU7iO9pA1sD3fG5hJ7-kL9"),
        ("AKIAABCDEFGHIJKLMNOP in the log", "AKIAABCDEFGHIJKLMNOP"),
        ('"key": "AIzaSyD3f-5hJ7kL9mN1pQ3rS5tU7vW9xY1zA3b"', "AIzaSyD3f-5hJ7kL9mN1pQ3rS5tU7vW9xY1zA3b"),
        ("git clone with ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8.", "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"),
        ("token glpat-x9Y8z7W6v5U4t3S2r1Q0", "glpat-x9Y8z7W6v5U4t3S2r1Q0"),
        ("bot 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
        ("HF hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH", "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"),
        ("'xoxb-123456789012-abcdefGHIJKL'", "xoxb-123456789012-abcdefGHIJKL"),
        ("stripe: sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc", "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"),
        ("key vst_a1b2c3d4_Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2", "vst_a1b2c3d4_Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2"),
        ("npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"),
        (
            "AccountKey=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6QUJDREVGRw==;",
            "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6QUJDREVGRw==",
        ),
        (
            "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        ),
    ),
    counter_examples=(
        "123e4567-e89b-12d3-a456-426614174000",
        "sk-1 is the sink pump",
        "class sk-estimator-html-documentation-container",
        "set sk-xxxxxxxxxxxxxxxxxxxxxxxx here",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "token bucket refills every minute",
        "hf_hub_download is a function",
    ),
    score=0.98,
    valid=_is_no_placeholder,
)
