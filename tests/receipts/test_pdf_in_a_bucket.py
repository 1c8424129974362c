"""The PDFs in a store that speaks S3, as the settings say when S3_BUCKET is set."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.storage import storages

from receipts.documents.receipts import store_document
from receipts.models import ReceiptDocument

pytestmark = pytest.mark.django_db(transaction=True)


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as a bucket of files needs; remembers what it was asked."""

    files: dict[str, bytes]
    asked: list[tuple[str, dict[str, str]]]

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.files[self.path] = body
        self.asked.append(("PUT", {name.lower(): value for name, value in self.headers.items()}))
        self.reply(200)

    def do_GET(self):
        self.reply(*((200, self.files[self.path]) if self.path in self.files else (404,)))

    def do_HEAD(self):
        self.do_GET()

    def do_DELETE(self):
        self.files.pop(self.path, None)
        self.reply(204)

    def reply(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Mon, 02 Mar 2026 17:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def bucket():
    handler = type("Handler", (Bucket,), {"files": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    handler.address = f"http://127.0.0.1:{server.server_port}"
    yield handler
    server.shutdown()
    server.server_close()


ASK = "import json; from pops import settings; print(json.dumps(settings.STORAGES['default']))"


def storage_setting(**variables):
    """What pops.settings makes of these environment variables."""
    run = subprocess.run(
        [sys.executable, "-c", ASK], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def test_without_a_bucket_the_disk_is_used():
    assert storage_setting()["BACKEND"].endswith("FileSystemStorage")


@pytest.mark.books_are_wrong("the bucket loses a file")
def test_the_pdf_goes_into_the_bucket_and_comes_from_there(bucket, settings, guarantor, pay, client_of):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": storage_setting(
            S3_BUCKET="receipts",
            S3_ENDPOINT_URL=bucket.address,
            S3_REGION="us-east-1",
            S3_ACCESS_KEY_ID="key",
            S3_SECRET_ACCESS_KEY="secret",
        ),
    }
    storages._storages.clear()
    receipt = pay(guarantor)

    assert store_document(receipt_number=receipt.number)

    assert list(bucket.files) == [f"/receipts/receipts/2026/03/receipt-{receipt.number}.pdf"]
    ((_, headers),) = bucket.asked
    assert "x-amz-acl" not in headers  # the bucket's own rule: nothing is public
    assert headers["x-amz-server-side-encryption"] == "AES256"
    answer = client_of(guarantor).get(f"/receipts/{receipt.number}/pdf/")
    assert answer.content.startswith(b"%PDF-1.7")
    assert ReceiptDocument.objects.get().file.name == f"receipts/2026/03/receipt-{receipt.number}.pdf"
    bucket.files.clear()
    assert client_of(guarantor).get(f"/receipts/{receipt.number}/pdf/").status_code == 503
