"""Precision, recall and F1 of scored pairs over every threshold."""

import numpy as np
import pandas as pd


def curve(scores: np.ndarray, correct: np.ndarray, truth_pairs: int) -> pd.DataFrame:
    """One line for each distinct score: what happens when pairs of at least this score are called matches.

    `truth_pairs` counts the true pairs there are, so that those which blocking never found are missed ones.
    """
    order = np.argsort(-scores, kind="stable")
    scores, correct = scores[order], correct[order].astype(np.int64)
    found = np.cumsum(correct)
    called = np.arange(1, len(scores) + 1)
    last = np.r_[scores[1:] != scores[:-1], True] if len(scores) else np.zeros(0, bool)
    found, called, scores = found[last], called[last], scores[last]
    precision = found / called
    recall = found / max(truth_pairs, 1)
    f1 = 2 * found / (called + truth_pairs)
    return pd.DataFrame({"threshold": scores, "precision": precision, "recall": recall, "f1": f1})


def best(points: pd.DataFrame) -> dict:
    """The point of the highest F1, and the recall that is reached with at least 0.99 precision."""
    if points.empty:
        return {"f1": 0.0, "precision": 0.0, "recall": 0.0, "threshold": None, "recall_at_p99": 0.0}
    top = points.loc[points["f1"].idxmax()]
    sure = points.loc[points["precision"] >= 0.99, "recall"]
    return {
        "f1": round(float(top["f1"]), 5),
        "precision": round(float(top["precision"]), 5),
        "recall": round(float(top["recall"]), 5),
        "threshold": float(top["threshold"]),
        "recall_at_p99": round(float(sure.max()) if len(sure) else 0.0, 5),
    }


def at(points: pd.DataFrame, threshold: float) -> dict:
    """The point of a threshold that was fixed before."""
    there = points.loc[points["threshold"] >= threshold]
    if there.empty:
        return {"f1": 0.0, "precision": 0.0, "recall": 0.0}
    point = there.iloc[-1]
    return {name: round(float(point[name]), 5) for name in ("f1", "precision", "recall")}


def best_for_each(pairs: pd.DataFrame, row: str, score: str) -> pd.DataFrame:
    """Only the best-scored pair of each row: a row is one person at most."""
    return pairs.sort_values(score, ascending=False, kind="stable").drop_duplicates(row)
