//! sea-orm, with entities, over one connection of sqlx.

use std::path::Path;

use sea_orm::entity::prelude::*;
use sea_orm::sqlx::sqlite::SqlitePoolOptions;
use sea_orm::{QueryOrder, QuerySelect, Set, SqlxSqliteConnector, TransactionTrait};

use crate::by_sqlx::options;
use crate::guest::{self, PAGE};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub machine_id: String,
    pub version: String,
    pub key_fingerprint: Vec<u8>,
    pub uptime: Option<i64>,
    #[sea_orm(column_type = "Double")]
    pub load: f64,
    pub clock_offset_us: i64,
    pub report_time: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub async fn open(path: &Path) -> DatabaseConnection {
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options(path)).await.expect("opens");
    SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
}

pub async fn get(db: &DatabaseConnection, id: &str) -> Model {
    Entity::find_by_id(id).one(db).await.expect("reads").expect("is there")
}

pub async fn page(db: &DatabaseConnection, after: &str) -> Vec<Model> {
    let rows = Entity::find().filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(PAGE as u64);
    rows.all(db).await.expect("reads")
}

pub async fn insert(db: &DatabaseConnection, all: &[guest::Guest]) {
    let tx = db.begin().await.expect("begins");
    let all = all.iter().map(|guest| ActiveModel {
        id: Set(guest.id.clone()),
        machine_id: Set(guest.machine_id.clone()),
        version: Set(guest.version.clone()),
        key_fingerprint: Set(guest.key_fingerprint.clone()),
        uptime: Set(guest.uptime),
        load: Set(guest.load),
        clock_offset_us: Set(guest.clock_offset_us),
        report_time: Set(guest.report_time),
    });
    Entity::insert_many(all).exec(&tx).await.expect("inserts");
    tx.commit().await.expect("commits");
}

impl From<Model> for guest::Guest {
    fn from(of: Model) -> Self {
        let Model { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time } = of;
        Self { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time }
    }
}
