PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO seaql_migrations VALUES('m0001_journal',1795298842);
INSERT INTO seaql_migrations VALUES('m0002_in_process',1795298842);
INSERT INTO seaql_migrations VALUES('m0003_own_keys',1795298842);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), position BIGINT NOT NULL);
INSERT INTO head VALUES(1,16);
CREATE TABLE application (
        position BIGINT PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        person_id TEXT NOT NULL,
        idempotency_key TEXT NOT NULL UNIQUE,
        fingerprint BLOB NOT NULL,
        form TEXT NOT NULL,
        finding TEXT NOT NULL,
        receipt TEXT NOT NULL,
        filed_us BIGINT NOT NULL,
        snapshot_id BLOB NOT NULL,
        state TEXT NOT NULL,
        state_us BIGINT NOT NULL,
        reason TEXT
    );
INSERT INTO application VALUES(1,X'01a20026560575988588ead805fe390b','id-loss-report','A123456789','A123456789 plain-0',X'a81a71df3dc49d0cea1369223475caa5007d17f3f1a91d933fcff8ac67935dc3','{"lost_at":"車站 \"plain-0\", line\n2"}','null','receipt of 01a20026-5605-7598-8588-ead805fe390b',1795168800123456,X'00000000000000000000000000000007','accepted',1795168980123456,'accepted，依規定');
INSERT INTO application VALUES(2,X'01a20026560575988588ead958066838','id-loss-report','A123456789','A123456789 plain-1',X'3cdb96b528eb2b0584d4245ce274dda1483d1fb03e14664974886f7cde3ce416','{"lost_at":"車站 \"plain-1\", line\n2"}','null','receipt of 01a20026-5605-7598-8588-ead958066838',1795168800123456,X'00000000000000000000000000000007','rejected',1795169100123456,'rejected，依規定');
INSERT INTO application VALUES(3,X'01a20026560575988588eadaa0ed2e20','id-loss-report','A123456789','A123456789 plain-2',X'8252629009ca5e0c3ec1dbbd858e8a75f4066446a33b6188eee3cf94302765c5','{"lost_at":"車站 \"plain-2\", line\n2"}','null','receipt of 01a20026-5605-7598-8588-eadaa0ed2e20',1795168800123456,X'00000000000000000000000000000007','forwarded',1795168920123456,NULL);
INSERT INTO application VALUES(4,X'01a200265607758a913e8cf62fb88dae','id-loss-report','A123456789','A123456789 with-attachment-0',X'c9e46386312c0fc64cf49a2d4441f069259502d3fc7522a460f9672ee0629fe0','{"lost_at":"車站 \"with-attachment-0\", line\n2"}','null','receipt of 01a20026-5607-758a-913e-8cf62fb88dae',1795168800123456,X'00000000000000000000000000000007','forwarded',1795168920123456,NULL);
INSERT INTO application VALUES(5,X'01a2002656097581b250eda2ac44616c','id-loss-report','A123456789','A123456789 with-attachment-1',X'410d8745c5d01109b7d7e3b9a26ba4b967ea1dce85befe02b309f083164c29f2','{"lost_at":"車站 \"with-attachment-1\", line\n2"}','null','receipt of 01a20026-5609-7581-b250-eda2ac44616c',1795168800123456,X'00000000000000000000000000000007','forwarded',1795168920123456,NULL);
INSERT INTO application VALUES(15,X'01a2002656147183aad09256793d70da','id-loss-report','A123456789','A123456789 later-0',X'63219cd372a4fec8b4ef23fb770522b8c055943598f8df2454ae784e6802ba77','{"lost_at":"車站 \"later-0\", line\n2"}','null','receipt of 01a20026-5614-7183-aad0-9256793d70da',1795168800123456,X'00000000000000000000000000000007','received',1795168800123456,NULL);
INSERT INTO application VALUES(16,X'01a2002656147183aad0925792117602','id-loss-report','A123456789','A123456789 later-1',X'498994ff2d62252a38cebe0a515bae0a6837a1cf40eea3b3d71c0e34d87d9ff0','{"lost_at":"車站 \"later-1\", line\n2"}','null','receipt of 01a20026-5614-7183-aad0-925792117602',1795168800123456,X'00000000000000000000000000000007','received',1795168800123456,NULL);
CREATE TABLE step (
        position BIGINT PRIMARY KEY,
        application_id BLOB NOT NULL REFERENCES application (id),
        state TEXT NOT NULL,
        at_us BIGINT NOT NULL,
        reason TEXT
    );
INSERT INTO step VALUES(7,X'01a20026560575988588ead805fe390b','forwarded',1795168920123456,NULL);
INSERT INTO step VALUES(8,X'01a20026560575988588ead958066838','forwarded',1795168920123456,NULL);
INSERT INTO step VALUES(9,X'01a20026560575988588eadaa0ed2e20','forwarded',1795168920123456,NULL);
INSERT INTO step VALUES(10,X'01a200265607758a913e8cf62fb88dae','forwarded',1795168920123456,NULL);
INSERT INTO step VALUES(11,X'01a2002656097581b250eda2ac44616c','forwarded',1795168920123456,NULL);
INSERT INTO step VALUES(12,X'01a20026560575988588ead805fe390b','accepted',1795168980123456,'accepted，依規定');
INSERT INTO step VALUES(13,X'01a20026560575988588ead958066838','needs-more',1795169040123456,'needs-more，依規定');
INSERT INTO step VALUES(14,X'01a20026560575988588ead958066838','rejected',1795169100123456,'rejected，依規定');
CREATE TABLE attachment (
        id BLOB PRIMARY KEY,
        person_id TEXT NOT NULL,
        application_id BLOB REFERENCES application (id),
        media_type TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        bytes BIGINT NOT NULL,
        content BLOB NOT NULL,
        uploaded_us BIGINT NOT NULL
    );
INSERT INTO attachment VALUES(X'01a200265607758a913e8cf5f04a86b2','A123456789',X'01a200265607758a913e8cf62fb88dae','application/pdf',X'21af8e71c8703196df7fe1ff901869a88fe64c07bbaa83d838efb45a52b4f303',6,X'255044462d31',1795168860123456);
INSERT INTO attachment VALUES(X'01a2002656097581b250eda14735a9d7','A123456789',X'01a2002656097581b250eda2ac44616c','image/png',X'843ac23b1736b4487ec81cf7c07ddd9bb46ae5b7818c2c3843d99d62fa75f3c9',9,X'89504e470d0a1a0a00',1795168860123456);
CREATE TABLE export (
        position BIGINT PRIMARY KEY,
        number BIGINT NOT NULL UNIQUE,
        after BIGINT NOT NULL,
        up_to BIGINT NOT NULL,
        begun_us BIGINT NOT NULL,
        finished_us BIGINT
    );
INSERT INTO export VALUES(6,1,0,5,1795168920123456,1795168920123456);
CREATE TABLE lease (name TEXT PRIMARY KEY, holder BLOB NOT NULL, until_us BIGINT NOT NULL);
CREATE TABLE receipt_key (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL);
INSERT INTO receipt_key VALUES('bNWEdsvoLYmu55TJ_KJ3wh1U6v1MnjxR5b4AnnRv8bs','{"kty":"EC","crv":"P-256","x":"HngReGqGUEz-bG6DhSGWfWj5nUseWpeUTUD6bp2VYNI","y":"O3kAcqszEyLdCNC50PS-Z4v0oRKal3M9iUxCBKYaev8","kid":"bNWEdsvoLYmu55TJ_KJ3wh1U6v1MnjxR5b4AnnRv8bs","alg":"ES256","use":"sig"}');
CREATE TABLE inbox (
    message_id BLOB PRIMARY KEY,
    consumed_at BIGINT NOT NULL
);
INSERT INTO inbox VALUES(X'019aa1b2c3d47e5f8091a2b3c4d5e6f7',1795168800123456);
CREATE TABLE parked (
    message_id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,
    body BLOB NOT NULL,
    reason TEXT NOT NULL,
    deaths BIGINT NOT NULL,
    parked_us BIGINT NOT NULL,
    put_back BOOLEAN NOT NULL
);
INSERT INTO parked VALUES(X'019aa1b2c3d47e5f8091a2b3c4d5e6f7','id-loss-report',3,X'7b7d','its body cannot be read',2,1795168800123456,0);
CREATE INDEX application_person ON application (person_id, position);
CREATE INDEX application_waiting ON application (position) WHERE state = 'received';
CREATE INDEX step_application ON step (application_id, position);
CREATE INDEX attachment_owner ON attachment (person_id, application_id);
COMMIT;
