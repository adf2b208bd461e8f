SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA journal_household;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE journal_household.application (
    "position" bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    person_id text NOT NULL COLLATE pg_catalog."C",
    idempotency_key text NOT NULL COLLATE pg_catalog."C",
    fingerprint bytea NOT NULL,
    form text NOT NULL,
    finding text NOT NULL,
    receipt text NOT NULL,
    filed_us bigint NOT NULL,
    snapshot_id uuid NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    state_us bigint NOT NULL,
    reason text
);
CREATE TABLE journal_household.attachment (
    id uuid NOT NULL,
    person_id text NOT NULL COLLATE pg_catalog."C",
    application_id uuid,
    media_type text NOT NULL COLLATE pg_catalog."C",
    sha256 bytea NOT NULL,
    bytes bigint NOT NULL,
    content bytea NOT NULL,
    uploaded_us bigint NOT NULL
);
CREATE TABLE journal_household.export (
    "position" bigint NOT NULL,
    number bigint NOT NULL,
    after bigint NOT NULL,
    up_to bigint NOT NULL,
    begun_us bigint NOT NULL,
    finished_us bigint
);
CREATE TABLE journal_household.head (
    one integer NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT head_one_check CHECK ((one = 1))
);
CREATE TABLE journal_household.inbox (
    message_id uuid NOT NULL,
    consumed_at bigint NOT NULL
);
CREATE TABLE journal_household.lease (
    name text NOT NULL COLLATE pg_catalog."C",
    holder uuid NOT NULL,
    until_us bigint NOT NULL
);
CREATE TABLE journal_household.parked (
    message_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    body bytea NOT NULL,
    reason text NOT NULL,
    deaths bigint NOT NULL,
    parked_us bigint NOT NULL,
    put_back boolean NOT NULL
);
CREATE TABLE journal_household.receipt_key (
    kid text NOT NULL COLLATE pg_catalog."C",
    jwk text NOT NULL
);
CREATE TABLE journal_household.seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE journal_household.step (
    "position" bigint NOT NULL,
    application_id uuid NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    at_us bigint NOT NULL,
    reason text
);
INSERT INTO journal_household.application VALUES (3, '01a20026-54e7-7288-b24a-95cf7f18c52f', 'id-loss-report', 'A123456789', 'A123456789 plain-2', '\x8252629009ca5e0c3ec1dbbd858e8a75f4066446a33b6188eee3cf94302765c5', '{"lost_at":"車站 \"plain-2\", line\n2"}', 'null', 'receipt of 01a20026-54e7-7288-b24a-95cf7f18c52f', 1795168800123456, '00000000-0000-0000-0000-000000000007', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.application VALUES (4, '01a20026-54fa-75ca-82f9-6c408a3e4c6b', 'id-loss-report', 'A123456789', 'A123456789 with-attachment-0', '\xc9e46386312c0fc64cf49a2d4441f069259502d3fc7522a460f9672ee0629fe0', '{"lost_at":"車站 \"with-attachment-0\", line\n2"}', 'null', 'receipt of 01a20026-54fa-75ca-82f9-6c408a3e4c6b', 1795168800123456, '00000000-0000-0000-0000-000000000007', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.application VALUES (5, '01a20026-54fd-73ac-87d9-4baf1b43a785', 'id-loss-report', 'A123456789', 'A123456789 with-attachment-1', '\x410d8745c5d01109b7d7e3b9a26ba4b967ea1dce85befe02b309f083164c29f2', '{"lost_at":"車站 \"with-attachment-1\", line\n2"}', 'null', 'receipt of 01a20026-54fd-73ac-87d9-4baf1b43a785', 1795168800123456, '00000000-0000-0000-0000-000000000007', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.application VALUES (1, '01a20026-54e7-7288-b24a-95cdd0e4cd18', 'id-loss-report', 'A123456789', 'A123456789 plain-0', '\xa81a71df3dc49d0cea1369223475caa5007d17f3f1a91d933fcff8ac67935dc3', '{"lost_at":"車站 \"plain-0\", line\n2"}', 'null', 'receipt of 01a20026-54e7-7288-b24a-95cdd0e4cd18', 1795168800123456, '00000000-0000-0000-0000-000000000007', 'accepted', 1795168980123456, 'accepted，依規定');
INSERT INTO journal_household.application VALUES (2, '01a20026-54e7-7288-b24a-95cefe22761f', 'id-loss-report', 'A123456789', 'A123456789 plain-1', '\x3cdb96b528eb2b0584d4245ce274dda1483d1fb03e14664974886f7cde3ce416', '{"lost_at":"車站 \"plain-1\", line\n2"}', 'null', 'receipt of 01a20026-54e7-7288-b24a-95cefe22761f', 1795168800123456, '00000000-0000-0000-0000-000000000007', 'rejected', 1795169100123456, 'rejected，依規定');
INSERT INTO journal_household.application VALUES (15, '01a20026-5518-70eb-bdc0-5fc5a5bad7dd', 'id-loss-report', 'A123456789', 'A123456789 later-0', '\x63219cd372a4fec8b4ef23fb770522b8c055943598f8df2454ae784e6802ba77', '{"lost_at":"車站 \"later-0\", line\n2"}', 'null', 'receipt of 01a20026-5518-70eb-bdc0-5fc5a5bad7dd', 1795168800123456, '00000000-0000-0000-0000-000000000007', 'received', 1795168800123456, NULL);
INSERT INTO journal_household.application VALUES (16, '01a20026-5518-70eb-bdc0-5fc666734198', 'id-loss-report', 'A123456789', 'A123456789 later-1', '\x498994ff2d62252a38cebe0a515bae0a6837a1cf40eea3b3d71c0e34d87d9ff0', '{"lost_at":"車站 \"later-1\", line\n2"}', 'null', 'receipt of 01a20026-5518-70eb-bdc0-5fc666734198', 1795168800123456, '00000000-0000-0000-0000-000000000007', 'received', 1795168800123456, NULL);
INSERT INTO journal_household.attachment VALUES ('01a20026-54fa-75ca-82f9-6c3f29c20243', 'A123456789', '01a20026-54fa-75ca-82f9-6c408a3e4c6b', 'application/pdf', '\x21af8e71c8703196df7fe1ff901869a88fe64c07bbaa83d838efb45a52b4f303', 6, '\x255044462d31', 1795168860123456);
INSERT INTO journal_household.attachment VALUES ('01a20026-54fc-7150-8215-2b12337a34e9', 'A123456789', '01a20026-54fd-73ac-87d9-4baf1b43a785', 'image/png', '\x843ac23b1736b4487ec81cf7c07ddd9bb46ae5b7818c2c3843d99d62fa75f3c9', 9, '\x89504e470d0a1a0a00', 1795168860123456);
INSERT INTO journal_household.export VALUES (6, 1, 0, 5, 1795168920123456, 1795168920123456);
INSERT INTO journal_household.head VALUES (1, 16);
INSERT INTO journal_household.inbox VALUES ('019aa1b2-c3d4-7e5f-8091-a2b3c4d5e6f7', 1795168800123456);
INSERT INTO journal_household.parked VALUES ('019aa1b2-c3d4-7e5f-8091-a2b3c4d5e6f7', 'id-loss-report', 3, '\x7b7d', 'its body cannot be read', 2, 1795168800123456, false);
INSERT INTO journal_household.receipt_key VALUES ('5J5jE7wMKzW54WY8ZcU9WqCfAzR9zWxfnNF7AQG43QA', '{"kty":"EC","crv":"P-256","x":"-pysbeaAaJQRzum2fu3rVhFPMuZORagVx95EqJPn868","y":"xvax4Gy8e9pffUugKRY62mUf-3yTu8RgW_C3hFHw5bk","kid":"5J5jE7wMKzW54WY8ZcU9WqCfAzR9zWxfnNF7AQG43QA","alg":"ES256","use":"sig"}');
INSERT INTO journal_household.seaql_migrations VALUES ('m0001_journal', 1795298841);
INSERT INTO journal_household.seaql_migrations VALUES ('m0002_in_process', 1795298841);
INSERT INTO journal_household.seaql_migrations VALUES ('m0003_own_keys', 1795298841);
INSERT INTO journal_household.step VALUES (7, '01a20026-54e7-7288-b24a-95cdd0e4cd18', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.step VALUES (8, '01a20026-54e7-7288-b24a-95cefe22761f', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.step VALUES (9, '01a20026-54e7-7288-b24a-95cf7f18c52f', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.step VALUES (10, '01a20026-54fa-75ca-82f9-6c408a3e4c6b', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.step VALUES (11, '01a20026-54fd-73ac-87d9-4baf1b43a785', 'forwarded', 1795168920123456, NULL);
INSERT INTO journal_household.step VALUES (12, '01a20026-54e7-7288-b24a-95cdd0e4cd18', 'accepted', 1795168980123456, 'accepted，依規定');
INSERT INTO journal_household.step VALUES (13, '01a20026-54e7-7288-b24a-95cefe22761f', 'needs-more', 1795169040123456, 'needs-more，依規定');
INSERT INTO journal_household.step VALUES (14, '01a20026-54e7-7288-b24a-95cefe22761f', 'rejected', 1795169100123456, 'rejected，依規定');
ALTER TABLE ONLY journal_household.application
    ADD CONSTRAINT application_id_key UNIQUE (id);
ALTER TABLE ONLY journal_household.application
    ADD CONSTRAINT application_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY journal_household.application
    ADD CONSTRAINT application_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY journal_household.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY journal_household.export
    ADD CONSTRAINT export_number_key UNIQUE (number);
ALTER TABLE ONLY journal_household.export
    ADD CONSTRAINT export_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY journal_household.head
    ADD CONSTRAINT head_pkey PRIMARY KEY (one);
ALTER TABLE ONLY journal_household.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (message_id);
ALTER TABLE ONLY journal_household.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);
ALTER TABLE ONLY journal_household.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (message_id);
ALTER TABLE ONLY journal_household.receipt_key
    ADD CONSTRAINT receipt_key_pkey PRIMARY KEY (kid);
ALTER TABLE ONLY journal_household.seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY journal_household.step
    ADD CONSTRAINT step_pkey PRIMARY KEY ("position");
CREATE INDEX application_person ON journal_household.application USING btree (person_id, "position");
CREATE INDEX application_waiting ON journal_household.application USING btree ("position") WHERE (state = 'received'::text);
CREATE INDEX attachment_owner ON journal_household.attachment USING btree (person_id, application_id);
CREATE INDEX step_application ON journal_household.step USING btree (application_id, "position");
ALTER TABLE ONLY journal_household.attachment
    ADD CONSTRAINT attachment_application_id_fkey FOREIGN KEY (application_id) REFERENCES journal_household.application(id);
ALTER TABLE ONLY journal_household.step
    ADD CONSTRAINT step_application_id_fkey FOREIGN KEY (application_id) REFERENCES journal_household.application(id);
