//! The lists of a table: by which columns records are listed, and in which order an index has them.

use crate::{ChildTable, Column, Condition, Index, IndexColumn, Item, Table};

/// A list of the records that have given values in some columns.
#[derive(Clone, Debug)]
pub struct List<'s> {
    /// The columns, of the table or of `through`.
    pub by: Vec<&'s Column>,
    /// The child table whose elements have the columns; none where the record has them.
    pub through: Option<&'s ChildTable>,
    /// The rows among which it looks, as readers say it: those of a partial index.
    pub of: Option<Condition>,
}

impl Index {
    /// Returns the columns that the database has. An index that is not unique ends with those columns of its table's
    /// key that it does not have yet, in the direction of its last column, so that the rows of one value are in the order
    /// of the key.
    #[must_use]
    pub fn stored(&self, key: &[&str]) -> Vec<IndexColumn> {
        let descending = self.columns.last().is_some_and(|last| last.descending);
        let missing = key.iter().filter(|key| !self.unique && self.columns.iter().all(|c| c.column != **key));
        let missing = missing.map(|key| IndexColumn { column: (*key).to_owned(), descending });
        self.columns.iter().cloned().chain(missing).collect()
    }

    /// Returns what follows some columns in the database's index, or none if it does not begin with them.
    fn after(&self, by: &[&Column], key: &[&str]) -> Option<Vec<IndexColumn>> {
        let mut stored = self.stored(key);
        let begins = by.len() <= self.columns.len() && stored[..by.len()].iter().all(|c| has(by, &c.column));
        begins.then(|| stored.split_off(by.len()))
    }
}

impl Table {
    /// Returns the lists of the table: by each column that refers and each beginning of the key or of an index, those of
    /// the record before those of its elements. A list that finds one record at most is left out.
    #[must_use]
    pub fn lists(&self) -> Vec<List<'_>> {
        let (own, indexes) = (self.columns(), self.indexes_of_readers());
        let is_one = |by: &[&Column], of: Option<&Condition>| {
            let is = |names: &[String]| names.iter().eq(by.iter().map(|c| &c.name.sql));
            let unique = indexes.iter().filter(|index| index.unique && index.condition.as_ref() == of);
            of.is_none() && is(&self.key) || unique.map(Index::names).any(|names| is(&names))
        };
        let mut lists: Vec<List<'_>> = Vec::new();
        for by in self.beginnings(&indexes, &own) {
            if !is_one(&by, None) {
                lists.push(List { by, through: None, of: None });
            }
        }
        for index in indexes.iter().filter(|index| index.condition.is_some()) {
            let by = columns_of(&own, &index.names());
            for length in 1..=by.len() {
                let (by, of) = (&by[..length], index.condition.as_ref());
                if !is_one(by, of) && !lists.iter().any(|list| list.is(by, of)) {
                    lists.push(List { by: by.to_vec(), through: None, of: of.cloned() });
                }
            }
        }
        lists.extend(self.descendants().into_iter().flat_map(through));
        lists
    }

    /// Returns the columns in whose order the records of a list come, of the table or of the list's child table: what
    /// follows the list's columns in the key or in an index, and then the rest of the key. None where nothing has such an
    /// order.
    ///
    /// There is no order to a list of one record at most, whose columns are those of the key or of a unique index and others.
    /// The key comes first, then an index of just these columns, then the first that begins with them; one that is unique
    /// comes last, and only where no column of it may be NULL.
    #[must_use]
    pub fn order_of(&self, list: &List<'_>) -> Option<Vec<IndexColumn>> {
        match list.through {
            None => self.own_order(list),
            Some(child) => self.order_through(child, list),
        }
    }

    fn own_order(&self, list: &List<'_>) -> Option<Vec<IndexColumn>> {
        let (own, key) = (self.columns(), self.key.iter().map(String::as_str).collect::<Vec<_>>());
        if key.iter().all(|part| has(&list.by, part)) {
            return Some(Vec::new());
        }
        let indexes = self.indexes_of_readers();
        // A reference is asked for NULL as well, which any number of records may have.
        let finds_null = |column: &Column| {
            let refers = self.foreign_keys.iter().any(|key| key.columns.contains(&column.name.sql));
            column.nullable && (refers || column.reference.is_some())
        };
        let is_of_rows = |index: &&Index| index.condition.is_none() || index.condition == list.of;
        let finds_one = |index: &Index| {
            let columns = columns_of(&own, &index.names());
            columns.into_iter().all(|column| has(&list.by, &column.name.sql) && !finds_null(column))
        };
        if indexes.iter().filter(|index| index.unique).filter(is_of_rows).any(finds_one) {
            return Some(Vec::new());
        }
        if begins(&key, &list.by) && list.of.is_none() {
            return Some(ascending(&key[list.by.len()..]));
        }
        let mut serving: Vec<&Index> = indexes.iter().filter(|index| index.condition == list.of).collect();
        serving.sort_by_key(|index| (index.unique, index.columns.len() != list.by.len()));
        let serves = |index: &Index| {
            let rest = index.after(&list.by, &key)?;
            match index.unique {
                false => Some(rest),
                true if columns_of(&own, &index.names()).iter().any(|column| column.nullable) => None,
                true => Some(rest),
            }
        };
        serving.into_iter().find_map(serves)
    }

    /// Returns the columns of the owner's key in the direction in which an index of the elements has them.
    fn order_through(&self, child: &ChildTable, list: &List<'_>) -> Option<Vec<IndexColumn>> {
        let (all, key) = (child.columns(), child.key_columns());
        let key: Vec<&str> = key.iter().map(|column| column.name.sql.as_str()).collect();
        let owner: Vec<&str> =
            key.iter().copied().take(self.key.len()).filter(|column| !has(&list.by, column)).collect();
        let order = |rest: &[IndexColumn]| {
            let rest = rest.get(..owner.len())?;
            let is_owner = rest.iter().map(|c| c.column.as_str()).eq(owner.iter().copied());
            (is_owner && rest.iter().all(|c| c.descending == rest[0].descending)).then(|| rest.to_vec())
        };
        if begins(&key, &list.by) && list.of.is_none() {
            return order(&ascending(&key[list.by.len()..]));
        }
        let mut serving: Vec<&Index> = child.indexes.iter().filter(|index| index.condition == list.of).collect();
        serving.sort_by_key(|index| (index.unique, index.columns.len() != list.by.len()));
        let serves = |index: &Index| {
            let rest = index.after(&list.by, &key)?;
            if !index.unique || !rest.is_empty() {
                return order(&rest);
            }
            // One element at most has the values, unless they may be NULL, which a reference is asked for as well.
            let finds_null = |column: &&Column| column.nullable && (list.by.len() > 1 || column.reference.is_some());
            let is_one = !columns_of(&all, &index.names()).iter().any(finds_null);
            is_one.then(Vec::new)
        };
        serving.into_iter().find_map(serves)
    }

    /// Returns the columns that lists are made by: first those alone, in their order in the table, then several together.
    fn beginnings<'s>(&'s self, indexes: &[Index], own: &[&'s Column]) -> Vec<Vec<&'s Column>> {
        let whole = indexes.iter().filter(|index| index.condition.is_none()).map(Index::names);
        let ranges: Vec<Vec<String>> = std::iter::once(self.key.clone()).chain(whole).collect();
        let alone = own.iter().copied().filter(|column| {
            column.reference.is_some() || ranges.iter().any(|range| range.first() == Some(&column.name.sql))
        });
        let mut all: Vec<Vec<&Column>> = alone.map(|column| vec![column]).collect();
        let composite = self.foreign_keys.iter().map(|key| (key.columns.len(), key.columns.clone()));
        for (least, range) in ranges.into_iter().map(|range| (2, range)).chain(composite) {
            for length in least..=range.len() {
                let by = columns_of(own, &range[..length]);
                if by.len() == length && !all.iter().any(|before| same(before, &by)) {
                    all.push(by);
                }
            }
        }
        all
    }
}

impl List<'_> {
    /// Returns whether it is that of these columns of the record.
    fn is(&self, by: &[&Column], of: Option<&Condition>) -> bool {
        self.through.is_none() && self.of.as_ref() == of && same(&self.by, by)
    }
}

impl Index {
    /// Returns the names of the declared columns.
    fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.column.clone()).collect()
    }
}

/// Returns the lists through the elements of a child table: by each column that refers or heads an index, by references of
/// several columns, and by the heads of partial indexes.
fn through(child: &ChildTable) -> Vec<List<'_>> {
    let (items, all) = (child.item_columns(), child.columns());
    let head = |index: &Index| index.columns.first().map(|column| column.column.clone());
    let whole = || child.indexes.iter().filter(|index| index.condition.is_none());
    let list = |by, of| List { by, through: Some(child), of };
    let single = items.iter().copied().filter(|column| {
        column.reference.is_some() || whole().any(|index| head(index).as_ref() == Some(&column.name.sql))
    });
    let mut lists: Vec<List<'_>> = single.map(|column| list(vec![column], None)).collect();
    lists.extend(child.foreign_keys.iter().map(|key| list(columns_of(&all, &key.columns), None)));
    for index in child.indexes.iter().filter(|index| index.condition.is_some()) {
        let by = head(index).map(|name| columns_of(&items, &[name])).unwrap_or_default();
        if !by.is_empty() && !lists.iter().any(|list| list.of == index.condition && same(&list.by, &by)) {
            lists.push(list(by, index.condition.clone()));
        }
    }
    lists
}

impl ChildTable {
    /// Returns whether a column is the element itself, and no member of it.
    #[must_use]
    pub fn is_element(&self, column: &Column) -> bool {
        matches!(&self.item, Item::Scalar(value) if value.name.sql == column.name.sql)
    }
}

fn columns_of<'s>(columns: &[&'s Column], names: &[String]) -> Vec<&'s Column> {
    names.iter().filter_map(|name| columns.iter().copied().find(|c| c.name.sql == *name)).collect()
}

fn same(one: &[&Column], other: &[&Column]) -> bool {
    one.iter().map(|c| &c.name.sql).eq(other.iter().map(|c| &c.name.sql))
}

fn has(by: &[&Column], name: &str) -> bool {
    by.iter().any(|column| column.name.sql == name)
}

/// Returns whether the first of these names are the columns of a list, in whatever order.
fn begins(names: &[&str], by: &[&Column]) -> bool {
    names.get(..by.len()).is_some_and(|first| first.iter().all(|name| has(by, name)))
}

fn ascending(names: &[impl AsRef<str>]) -> Vec<IndexColumn> {
    names.iter().map(|name| IndexColumn { column: name.as_ref().to_owned(), descending: false }).collect()
}
