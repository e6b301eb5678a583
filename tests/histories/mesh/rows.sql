INSERT INTO "nodes" ("id", "active", "routes_discovered", "seen_time", "create_time", "site") VALUES
  ('alpha', 1, 12, 1700000000000, 1700000000000000000, 'north'),
  ('beta', 0, 0, NULL, 1700000000000000001, '');
INSERT INTO "nodes__interfaces" ("_id", "_position", "name", "mtu") VALUES
  ('alpha', 1, 'eth0', 65535), ('alpha', 2, 'wg0', NULL), ('beta', 1, 'eth0', 576);
INSERT INTO "nodes__interfaces__addresses" VALUES ('alpha', 1, 1, '10.0.0.1/24'), ('alpha', 1, 2, 'fd00::1/64');
INSERT INTO "nodes__interfaces__costs" VALUES ('alpha', 2, 'euro', 0.5);
INSERT INTO "nodes__protocols" VALUES ('alpha', 1, 5), ('alpha', 2, 1), ('beta', 1, 5);
INSERT INTO "nodes__location" VALUES ('alpha', 52.5, 13.25);
INSERT INTO "links" ("node_id", "peer_id", "latency", "loss") VALUES ('alpha', 'beta', 1500, 0.25);
INSERT INTO "policies" ("id", "yaml", "node_id") VALUES ('p', 'allow: all', 'beta');
INSERT INTO "path_cache" ("source", "destination", "k", "bundle", "expire_time") VALUES
  ('alpha', 'beta', 1, '{"paths":[]}', 4102444800000000000);
INSERT INTO "probes" VALUES ('one', 'alpha'), ('two', NULL);
