import pytest
from oppbridge_acme import SPEC, AcmeSettings

from oppbridge.kit import PracticeTests, served


class TestAcme(PracticeTests):
    spec = SPEC

    @pytest.fixture
    def settings(self, crm):
        with served(crm, "s3cret-token") as at:
            yield AcmeSettings(url=at.url, token="s3cret-token", ca_file=at.ca_file, patience=0.03)
