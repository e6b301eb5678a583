INSERT INTO "systems" ("id", "mac_address", "hostname", "status", "etag", "vendor", "product") VALUES
  ('s1', '00:11:22:33:44:55', 'one', 4, '1', 'Acme', 'Box 3'),
  ('s2', '00:11:22:33:44:56', '', 1, '2', '', ''),
  ('s3', '00:11:22:33:44:57', 'three', 2, '3', '', 'Board');
INSERT INTO "systems__labels" VALUES ('s1', 'rack', '7');
INSERT INTO "templates" ("id", "name", "body", "language") VALUES ('t1', 'plain', 'text', 'en');
INSERT INTO "templates__variables" VALUES ('t1', 1, 'disk');
INSERT INTO "configurations" ("id", "system_id", "template_id") VALUES ('c1', 's1', 't1');
INSERT INTO "configurations__variables" VALUES ('c1', 'disk', 'sda');
INSERT INTO "roles" ("id", "name", "parent_id") VALUES ('admin', 'Admin', NULL), ('reader', 'Reader', 'admin');
INSERT INTO "users" ("id", "email", "display_name", "subject") VALUES ('u1', 'a@example.com', 'Ann', 'ann');
INSERT INTO "users__role_ids" VALUES ('u1', 1, 'reader');
INSERT INTO "permissions" VALUES ('systems.read', 'see them');
INSERT INTO "roles__permission_names" VALUES ('reader', 1, 'systems.read');
