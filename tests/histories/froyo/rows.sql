INSERT INTO "runs" ("id", "plan_path", "status", "error", "metadata", "host") VALUES
  ('r1', 'a.yaml', 4, 'no disk', '{"by":"ann"}', 'h1'), ('r2', 'b.yaml', 3, '', NULL, '');
INSERT INTO "plan_units" ("run_id", "id", "resource_type", "resource_name", "attempts") VALUES
  ('r1', 'u1', 'linux.pkg', 'vim', 4294967295), ('r1', 'u2', 'linux.pkg', 'git', 0);
INSERT INTO "plan_units__dependencies" VALUES ('r1', 'u2', 1, 'u1', 1);
INSERT INTO "events" ("id", "run_id", "level", "message", "time") VALUES (1, 'r1', 4, 'it failed', 1), (2, NULL, 2, 'began', 2);
INSERT INTO "resources" ("id", "type", "name", "last_run_id") VALUES
  ('0190b2a4-7c1e-7000-8000-000000000001', 'linux.pkg', 'vim', 'r1'),
  ('0190b2a4-7c1e-7000-8000-000000000002', 'linux.pkg', 'git', NULL);
INSERT INTO "facts" ("id", "target_id", "source", "key", "value") VALUES
  ('0190b2a4-7c1e-7000-8000-000000000003', 'h1', 'os.basic', 'family', '"debian"');
INSERT INTO "audit" ("id", "action", "actor", "target_id", "time", "hash") VALUES
  (1, 'run.created', 'ann', 'r1', 1, x'00');
INSERT INTO "audit__details" VALUES (1, 1, 'path', 'a.yaml');
