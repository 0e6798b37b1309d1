"""Whether an answer says that a call was carried out."""

import pytest

from oppbridge.errors import Unavailable, Unsure
from oppbridge.http.answer import Answer, Call, get
from oppbridge.http.trouble import by_status

ERROR = b'{"error": {"code": "0x0", "message": "no"}}'


@pytest.mark.parametrize("body", [ERROR, b' {\n "error" : "invalid_request"}'])
def test_an_error_is_no_answer_whatever_the_status_says(body):
    answer = Answer(200, {}, body)
    assert not answer.ok
    assert isinstance(by_status(get("accounts"), answer), Unavailable)
    assert isinstance(by_status(Call("PATCH", "accounts(1)"), answer), Unsure)


@pytest.mark.parametrize("body", [b"", b'{"value": []}', b'{"errors": []}', b'{"error": null}'])
def test_a_row_may_have_a_column_called_so(body):
    assert Answer(200, {}, body).ok
