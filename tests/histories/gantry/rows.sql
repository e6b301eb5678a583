INSERT INTO "buckets" ("name", "id", "owner", "policy", "quota_bytes", "revision") VALUES
  ('photos', 1, 'ann', 1, 9223372036854775807, 3), ('logs', 2, '', 0, 0, 1), ('temp', 3, '', 0, NULL, 2);
INSERT INTO "buckets__tags" VALUES ('photos', 'team', 'web'), ('photos', 'empty', ''), ('temp', 'team', 'ops');
INSERT INTO "buckets__policy__statements" VALUES ('photos', 1, 1);
INSERT INTO "buckets__policy__statements__principals" VALUES ('photos', 1, 1, 'ann'), ('photos', 1, 2, 'bob');
INSERT INTO "lifecycle_rules" ("bucket_name", "id", "expire", "expire__days") VALUES ('temp', 'soon', 1, 7);
INSERT INTO "raft_state" ("_singleton", "last_applied_term", "last_applied_index", "snapshot_index") VALUES (1, 2, 99, 90);
INSERT INTO "raft_state__voters" VALUES (1, 1, 'n1'), (1, 2, 'n2');
