INSERT INTO "images" ("id", "path", "format", "size_bytes") VALUES ('debian', '/i/debian.raw', 3, 4096);
INSERT INTO "virtual_machines" ("id", "memory_mb", "vcpu_count", "state", "auraed_address", "root_drive", "root_drive__image_id",
    "root_drive__name", "root_drive__host_path", "root_drive__read_only", "root_drive__cache", "root_drive__mount", "root_drive__limit") VALUES
  ('m1', 2048, 4, 7, '10.0.0.2', 1, 'debian', 'root', NULL, 1, 0, 0, 0);
INSERT INTO "virtual_machines" ("id", "memory_mb", "vcpu_count", "state") VALUES ('m2', 512, 1, 3);
INSERT INTO "virtual_machines__tags" VALUES ('m1', 1, 'web'), ('m1', 2, 'blue');
INSERT INTO "networks" ("id", "cidr") VALUES ('lan', '10.0.0.0/24');
INSERT INTO "nics" ("mac_address", "machine_id", "network_id", "host_device") VALUES ('02:00:00:00:00:01', 'm1', 'lan', 'tap0');
INSERT INTO "cells" ("name", "cgroup_path") VALUES ('web', '/sys/fs/cgroup/web');
INSERT INTO "cells" ("name", "parent_name") VALUES ('inner', 'web');
INSERT INTO "executables" ("cell_name", "name", "command") VALUES ('web', 'nginx', '/usr/sbin/nginx'), ('inner', 'odd', '');
INSERT INTO "executables__arguments" VALUES ('web', 'nginx', 1, '-g');
INSERT INTO "snapshots" VALUES ('/s/1', 'm1');
