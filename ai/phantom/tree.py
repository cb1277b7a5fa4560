"""Trees that fill a lobe: each branch goes towards the middle of what it serves, and forks across its width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.phantom.landmarks import Course

Places = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes from the root outwards; parents come before children, the root's parent is −1.

    Args:
        places: (n, 3) millimetres.
        parents: (n,).
        leaves: (n,) how many ends each node serves.
        generations: (n,) forks passed since the root.
    """

    places: Places
    parents: NDArray[np.int64]
    leaves: NDArray[np.int64]
    generations: NDArray[np.int64]

    def radii_mm(self, root_mm: float, exponent: float) -> Places:
        """Return a radius for each node: parent^n = Σ child^n (Murray; n = 3 gives Weibel's 0.79 per generation)."""
        return np.asarray(root_mm * (self.leaves / self.leaves[0]) ** (1 / exponent))

    def courses(self, radii_mm: Places, thinnest_mm: float) -> tuple[Course, ...]:
        """Return chains of branches, each following the thicker child, as far as they are thicker than a limit."""
        thickest: dict[int, int] = {}
        for node in range(1, len(self.parents)):
            parent = int(self.parents[node])
            if parent not in thickest or self.leaves[node] > self.leaves[thickest[parent]]:
                thickest[parent] = node
        found = []
        for node in range(1, len(self.parents)):
            parent = int(self.parents[node])
            if radii_mm[node] < thinnest_mm or (thickest[parent] == node and parent != 0):
                continue
            chain = [parent, node]
            while chain[-1] in thickest and radii_mm[thickest[chain[-1]]] >= thinnest_mm:
                chain.append(thickest[chain[-1]])
            points = tuple((float(a), float(b), float(c)) for a, b, c in self.places[chain])
            found.append(Course(points, tuple(float(radii_mm[n]) for n in [node, *chain[1:]])))
        return tuple(found)


def grow(root: Places, ends: Places, rng: np.random.Generator, share: float = 0.4) -> Tree:
    """Grow a tree from a root to all ends (Tawhai's way: 40 % of the way to the middle of what is served, then a fork).

    Args:
        root: (3,) where it starts.
        ends: (n, 3), n ≥ 1.
        rng: source of chance: where it forks.
        share: of the way to the middle.
    """
    places, parents, leaves, generations = [root], [-1], [len(ends)], [0]
    todo = [(0, ends)]
    while todo:
        node, served = todo.pop()
        if len(served) == 1:
            continue
        for part in _parted(places[node], served, rng):
            middle = part.mean(0)
            ahead = part[0] if len(part) == 1 else places[node] + share * (middle - places[node])
            if len(part) > 1:
                ahead = ahead + rng.normal(0, 0.07, 3) * np.linalg.norm(ahead - places[node])
            places.append(ahead)
            parents.append(node)
            leaves.append(len(part))
            generations.append(generations[node] + 1)
            todo.append((len(places) - 1, part))
    return Tree(np.array(places), np.array(parents), np.array(leaves), np.array(generations))


def _parted(place: Places, served: Places, rng: np.random.Generator) -> tuple[Places, Places]:
    """Part what is served across its greatest width, seen along the branch."""
    middle = served.mean(0)
    ahead = middle - place
    ahead /= max(1e-6, float(np.linalg.norm(ahead)))
    spread = served - middle
    spread = spread - np.outer(spread @ ahead, ahead)
    if len(served) > 2:
        across = np.linalg.eigh(spread.T @ spread)[1][:, -1]
    else:
        across = served[1] - served[0]
    order = np.argsort(spread @ across)
    cut = int(np.clip(round(len(served) * rng.uniform(0.33, 0.67)), 1, len(served) - 1))
    return served[order[:cut]], served[order[cut:]]
