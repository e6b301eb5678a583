//! Rejects messages that hold one another in more ways than prost can follow.
//!
//! prost-build decides what a message derives by following each of its singular message fields to the end, anew for each
//! message: a few lines of messages that hold the next one twice would take longer than anyone waits, and a long chain would
//! go down its stack. The ways are counted here without following them.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use prost_reflect::{Kind, MessageDescriptor};

use super::Report;
use crate::{Code, Compiled};

/// Rejects the message with the most ways, where those of all messages together are beyond the limit.
pub(super) fn check(compiled: &Compiled, store: &MessageDescriptor, report: &mut Report<'_>) {
    let mut graph = DiGraph::new();
    let mut nodes = BTreeMap::new();
    for file in compiled.api_files(store) {
        let mut open: Vec<MessageDescriptor> = file.messages().collect();
        while let Some(message) = open.pop() {
            open.extend(message.child_messages());
            nodes.insert(message.full_name().to_owned(), graph.add_node(message));
        }
    }
    let messages: Vec<NodeIndex> = graph.node_indices().collect();
    for node in messages {
        // prost follows no list and no map.
        let fields = graph[node].fields().filter(|field| !field.is_list() && !field.is_map());
        let held: Vec<NodeIndex> = fields
            .filter_map(|field| match field.kind() {
                Kind::Message(message) => nodes.get(message.full_name()).copied(),
                _ => None,
            })
            .collect();
        for other in held {
            graph.add_edge(node, other, ());
        }
    }
    let ways = ways(&graph);
    let total = ways.iter().fold(0, |sum: u64, of| sum.saturating_add(*of));
    let most = compiled.limits.ways;
    let Some(widest) = graph.node_indices().max_by_key(|node| ways[node.index()]) else { return };
    if total > most {
        let message = &graph[widest];
        let path: Vec<i32> = message.path().iter().copied().chain([1]).collect();
        let place = report.sources.place(message.parent_file().name(), &path);
        let name = message.name();
        let text = format!("`{name}` and the messages below it hold one another in more than {most} ways");
        let help = "make a field on the way `repeated`, or let a message hold the next one once; the limit is on what is \
                    multiplied: a message that holds the next twice doubles the ways at each step";
        report.add(Code::TooManyWays, place, text, help);
    }
}

/// Returns for each message the number of ways that begin at it. A field that leads back to its own message ends a way.
fn ways(graph: &DiGraph<MessageDescriptor, ()>) -> Vec<u64> {
    let mut ways = vec![1_u64; graph.node_count()];
    let mut component = vec![usize::MAX; graph.node_count()];
    // Each component comes after those that it leads to.
    for (number, nodes) in kosaraju_scc(graph).into_iter().enumerate() {
        for node in &nodes {
            component[node.index()] = number;
        }
        for node in &nodes {
            let held = graph.neighbors(*node).map(|other| match component[other.index()] == number {
                true => 1,
                false => ways[other.index()],
            });
            ways[node.index()] = held.fold(1, u64::saturating_add);
        }
    }
    ways
}
