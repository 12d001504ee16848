//! What belongs together, directly or through others.

/// Elements that are joined two by two (union–find). The smallest element of a group stands for it,
/// so that nothing depends on the order of joining.
#[derive(Debug)]
pub struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    /// So many elements, each alone.
    #[must_use]
    pub fn alone(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    /// From now on these two belong together.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }

    /// All groups, and the members of each, in ascending order.
    #[must_use]
    pub fn into_lists(mut self) -> Vec<Vec<usize>> {
        let mut lists: Vec<Vec<usize>> = vec![Vec::new(); self.parent.len()];
        for element in 0..self.parent.len() {
            let root = self.root(element);
            lists[root].push(element);
        }
        lists.retain(|list| !list.is_empty());
        lists
    }

    /// The element that stands for the group of this one.
    #[must_use]
    pub fn of(&self, mut element: usize) -> usize {
        while self.parent[element] != element {
            element = self.parent[element];
        }
        element
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parent[node] != node {
            self.parent[node] = self.parent[self.parent[node]];
            node = self.parent[node];
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use super::Groups;

    #[test]
    fn joined_through_others_is_joined() {
        let mut groups = Groups::alone(5);
        groups.join(4, 2);
        groups.join(2, 1);
        assert_eq!(groups.into_lists(), [vec![0], vec![1, 2, 4], vec![3]]);
    }
}
