//! What the name of a constraint means: a server names the constraint that a write breaks, and then answers no question.

use super::{Check, ForeignKey, Layout, Owner, Referrer, Table, Unique};

/// A constraint of a table.
///
/// ```
/// use protostore::{Constraint, Layout};
///
/// fn field(layout: &'static Layout, broken: &str) -> Option<&'static str> {
///     match layout.constraint(broken)? {
///         Constraint::Reference(key) => Some(key.field),
///         Constraint::Check(check) => Some(check.field),
///         Constraint::Key(_) | Constraint::Unique(_) | Constraint::Owner(_) => None,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Constraint {
    /// The primary key: another row has it.
    Key(&'static Unique),
    /// A unique index: another row has its values.
    Unique(&'static Unique),
    /// The foreign key of a child table: the record or element around is not there.
    Owner(&'static Owner),
    /// A foreign key: the record that it names is not there.
    Reference(&'static ForeignKey),
    /// A CHECK: a value breaks a rule.
    Check(&'static Check),
}

impl Layout {
    /// Returns the constraint of this table that has a name. Names of keys, unique indexes and foreign keys are unique in
    /// the store, that of a CHECK in its table.
    #[must_use]
    pub fn constraint(&'static self, name: &str) -> Option<Constraint> {
        if self.key.name == name {
            return Some(Constraint::Key(&self.key));
        }
        let unique = self.uniques.iter().find(|unique| unique.name == name).map(Constraint::Unique);
        let owner = || self.owner.as_ref().filter(|owner| owner.name == name).map(Constraint::Owner);
        let reference = || self.references.iter().find(|key| key.name == name).map(Constraint::Reference);
        let check = || self.checks.iter().find(|check| check.name == name).map(Constraint::Check);
        unique.or_else(owner).or_else(reference).or_else(check)
    }
}

impl Layout {
    /// Returns the primary key or unique index of that name.
    pub(crate) fn unique(&self, name: &str) -> Option<&Unique> {
        std::iter::once(&self.key).chain(self.uniques).find(|unique| unique.name == name)
    }
}

impl Table {
    /// Returns the layouts of the table and of its child tables, each before those inside it.
    pub fn layouts(&'static self) -> impl Iterator<Item = &'static Layout> {
        std::iter::once(&self.layout).chain(self.children.iter().map(|child| &child.layout))
    }

    /// Returns the columns elsewhere that keep records of this table from being deleted by the foreign key of that name.
    #[must_use]
    pub fn referrer(&'static self, foreign_key: &str) -> Option<&'static Referrer> {
        self.referrers.iter().find(|referrer| referrer.name == foreign_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, Violation};
    use crate::generated::stmt;

    static LAYOUT: Layout = Layout {
        name: "nics",
        record: "nics",
        columns: crate::generated::columns! {
            "machine_id" "machine_id" [1] Value(String) Text;
            "mac_address" "link.mac_address" [2, 1] Value(String) Text;
        },
        key: Unique::new("nics___key", &["machine_id"]),
        uniques: &[Unique::new("nics_unique_mac_address", &["mac_address"])],
        owner: Some(Owner::new("nics__machine_id__fk", &["machine_id"], "machines")),
        references: &[ForeignKey {
            name: "nics__network_id__fk",
            columns: &["network_id"],
            field: "network_id",
            table: "networks",
            key: &["id"],
            hides: false,
            exists: stmt!(0, [], ""),
        }],
        checks: &[Check::new("mac_address__check", "link.mac_address", "must not be empty")],
    };

    #[test]
    fn a_name_means_one_constraint_or_none() {
        let found = |name: &str| LAYOUT.constraint(name);
        assert!(matches!(found("nics___key"), Some(Constraint::Key(key)) if key.columns == ["machine_id"]));
        let address = found("nics_unique_mac_address");
        assert!(matches!(address, Some(Constraint::Unique(unique)) if unique.columns == ["mac_address"]));
        assert!(matches!(found("nics__machine_id__fk"), Some(Constraint::Owner(owner)) if owner.table == "machines"));
        let network = found("nics__network_id__fk");
        assert!(matches!(network, Some(Constraint::Reference(key)) if key.field == "network_id"));
        assert!(
            matches!(found("mac_address__check"), Some(Constraint::Check(check)) if check.field == "link.mac_address")
        );
        for other in ["", "nics", "nics___key ", "NICS___KEY", "networks__key"] {
            assert!(found(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_unique_index_that_is_known_by_its_name_is_explained_as_one_that_is_known_by_its_columns() {
        let columns = vec!["mac_address".to_owned()];
        let by_columns = Violation::Unique { table: "nics".to_owned(), columns }.explain(&LAYOUT);
        let by_name = Violation::UniqueIndex("nics_unique_mac_address".to_owned()).explain(&LAYOUT);
        assert_eq!(by_name.to_string(), by_columns.to_string());
        assert_eq!((by_name.kind(), by_name.field()), (Kind::AlreadyExists, Some("link.mac_address")));
        let key = Violation::UniqueIndex("nics___key".to_owned()).explain(&LAYOUT);
        assert_eq!(key.field(), Some("machine_id"));
        let unknown = Violation::UniqueIndex("another".to_owned()).explain(&LAYOUT);
        assert_eq!((unknown.kind(), unknown.constraint()), (Kind::AlreadyExists, Some("another")));
    }
}
