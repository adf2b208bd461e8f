"""Makes the buckets of an emulated cloud; run as: make_buckets.py s3|azure address user secret bucket [locked bucket]

Only the standard library: signatures as Amazon's Signature Version 4 and Azure's Shared Key describe them.
"""

import base64
import hashlib
import hmac
import http.client
import sys
import time

kind, address, user, secret, *buckets = sys.argv[1:]
DEADLINE = time.monotonic() + 60


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256)


def s3(path, query, body, extra):
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {"host": address, "x-amz-date": now, "x-amz-content-sha256": hashlib.sha256(body).hexdigest(), **extra}
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = f"PUT\n{path}\n{query}\n{lines}\n{signed}\n{headers['x-amz-content-sha256']}"
    scope = f"{now[:8]}/us-east-1/s3/aws4_request"
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = digest(key, part).digest()
    wanted = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={user}/{scope}, SignedHeaders={signed}, Signature={digest(key, wanted).hexdigest()}"
    )
    put(path + ("?" + query.rstrip("=") if query else ""), body, headers)


def azure(container):
    headers = {"x-ms-date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()), "x-ms-version": "2023-11-03"}
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    wanted = "PUT" + "\n" * 12 + f"{lines}/{user}/{user}/{container}\nrestype:container"
    signature = base64.b64encode(digest(base64.b64decode(secret), wanted).digest()).decode()
    headers["authorization"] = f"SharedKey {user}:{signature}"
    put(f"/{user}/{container}?restype=container", b"", headers)


def put(path, body, headers):
    while True:
        # Without a body there must be no type of it either: it would have to be signed.
        connection = http.client.HTTPConnection(address, timeout=10)
        try:
            connection.request("PUT", path, body=body or None, headers={"content-length": str(len(body)), **headers})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status < 300:
                return
            failure = f"HTTP {answer.status}: {text[:500]}"
            if answer.status < 500:
                sys.exit(failure)
        except OSError as error:
            failure = str(error)
        finally:
            connection.close()
        if time.monotonic() > DEADLINE:
            sys.exit(failure)
        time.sleep(0.1)


LOCK = (
    b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
    b"<Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
)

if kind == "azure":
    azure(buckets[0])
else:
    s3("/" + buckets[0], "", b"", {})
    s3("/" + buckets[1], "", b"", {"x-amz-bucket-object-lock-enabled": "true"})
    s3("/" + buckets[1], "object-lock=", LOCK, {})
