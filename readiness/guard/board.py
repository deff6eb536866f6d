"""Two loaded boards: everything that differs, and in which direction."""

from collections.abc import Iterator

from readiness.guard import catalogue, criteria
from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.fields import LOOSE, SAME, TIGHT, compare_fields
from readiness.guard.pairs import Pairs, Placed, pair_criteria
from readiness.guard.project.rules import TABLE
from readiness.guard.weights import weights
from readiness.model.board import Acceptance, Board, Milestone, Task
from readiness.text.clean import looks_secret


def compare_boards(base: Board, head: Board) -> list[Change]:
    """Return every difference of `head` from `base`, in the order of a board.

    Both have to be loaded for the same profile, with the same variables, and with a `workdir` that
    can be compared. How a board is written, and in which order, is no difference. A difference
    of unknown direction is loosened.
    """
    pairs = pair_criteria(base, head)
    changes = [*_whole(base, head), *_tasks(base, head, pairs)]
    changes += [criteria.removed(placed.criterion, head) for placed in pairs.removed]
    for old, new in pairs.same:
        changes += criteria.criterion(old.criterion, new.criterion, base, head)
    for placed in pairs.added:
        changes += criteria.added(placed.criterion, head)
    changes += weights(base, head, pairs)
    used = _checks_of_both(pairs)
    changes += catalogue.checks(base, head, used)
    changes += catalogue.scripts(base, head, used)
    return list(dict.fromkeys(changes))


def _checks_of_both(pairs: Pairs) -> set[str]:
    names = set()
    for old, new in pairs.same:
        if old.criterion.check and new.criterion.check and new.criterion.check.name:
            names |= {old.criterion.check.name} & {new.criterion.check.name}
    return names


# --- the board as a whole -------------------------------------------------------------------------


def _whole(base: Board, head: Board) -> Iterator[Change]:
    change = Teller("board", head.path)
    yield from compare_fields(change, base, head)
    yield from _profiles(change, base, head)
    yield from _environment(change, base, head)
    for name, rule in base.priorities.items():
        yield from compare_fields(Teller(name.value, head.path), rule, head.priorities[name])
    yield from _milestones(base, head)
    yield from _accepted(change, base, head)


def _accepted(change: Teller, base: Board, head: Board) -> Iterator[Change]:
    """Yield changes of what may be accepted from now on; this change cannot use them yet."""
    for acceptance in head.accept:
        if acceptance not in base.accept:
            yield change(Kind.ACCEPT, LOOSE, "", _acceptance(acceptance))
    for acceptance in base.accept:
        if acceptance not in head.accept:
            yield change(Kind.ACCEPT, TIGHT, _acceptance(acceptance), "")


def _acceptance(acceptance: Acceptance) -> str:
    until = f" until {acceptance.until}" if acceptance.until else ""
    return f"{acceptance.what} by {acceptance.by}{until}: {acceptance.reason}"


def _profiles(change: Teller, base: Board, head: Board) -> Iterator[Change]:
    gone = [name for name in base.profiles if name not in head.profiles]
    come = [name for name in head.profiles if name not in base.profiles]
    if gone:
        yield change(Kind.PROFILE, LOOSE, ", ".join(gone), "")
    if come:
        yield change(Kind.PROFILE, SAME, "", ", ".join(come))
    before, after = base.profiles[:1], head.profiles[:1]
    if before != after and base.profiles:
        yield change(Kind.PROFILE, LOOSE, "".join(before), "".join(after), "the default")


def _environment(change: Teller, base: Board, head: Board) -> Iterator[Change]:
    old, new = (
        {**{name: f"${{{lacked}}}" for name, lacked in board.unset_env.items()}, **board.env}
        for board in (base, head)
    )
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            hidden = looks_secret(name) or name in {*base.secrets, *head.secrets}
            before, after = (_entry(name, entries, hidden=hidden) for entries in (old, new))
            is_harmless = TABLE.harmless_variables.fullmatch(name)
            yield change(Kind.ENV, SAME if is_harmless else LOOSE, before, after)


def _entry(name: str, entries: dict[str, str], *, hidden: bool) -> str:
    if name not in entries:
        return ""
    return f"{name}=***" if hidden else f"{name}={entries[name]}"


# --- milestones -----------------------------------------------------------------------------------


def _milestones(base: Board, head: Board) -> Iterator[Change]:
    later = {each.id: each for each in head.milestones}
    for old in base.milestones:
        change = Teller(old.id, head.path)
        new = later.pop(old.id, None)
        if new is None:
            yield change(Kind.MILESTONE, LOOSE, _promise(old), "")
        elif (old.due, old.priority, old.score) != (new.due, new.priority, new.score):
            yield change(Kind.MILESTONE, promised(old, new), _promise(old), _promise(new))
        elif old.title != new.title:
            yield change(Kind.TEXT, SAME, old.title, new.title, "title")
    for new in later.values():
        yield Teller(new.id, head.path)(Kind.MILESTONE, TIGHT, "", _promise(new))


def promised(old: Milestone, new: Milestone) -> Direction:
    """Compare two milestones: later, or asking for less of anything, is loosened."""
    is_later = bool(old.due) and (not new.due or new.due > old.due)
    asks_less = old.priority is not None and new.priority != old.priority
    is_lower = old.score is not None and (new.score is None or new.score < old.score)
    return LOOSE if is_later or asks_less or is_lower else TIGHT


def _promise(milestone: Milestone) -> str:
    asked = [f"all {milestone.priority.value}"] if milestone.priority else []
    asked += [f"score {milestone.score:f}"] if milestone.score is not None else []
    due = f" by {milestone.due}" if milestone.due else ""
    return " and ".join(asked) + due


# --- tasks ----------------------------------------------------------------------------------------


def _tasks(base: Board, head: Board, pairs: Pairs) -> Iterator[Change]:
    same = _same_tasks(base, head, pairs)
    for old in base.tasks:
        new = same.get(old.id)
        if new is None:
            is_kept = not any(placed.task.id == old.id for placed in pairs.removed)
            note = "its criteria are in other tasks" if is_kept else ""
            direction = SAME if is_kept else LOOSE
            yield Teller(old.id, head.path)(Kind.TASK, direction, old.title, "", note)
        else:
            yield from _task(old, new, head.path)
    moved = {one.id for one in same.values()}
    for new in head.tasks:
        if new.id not in moved:
            yield Teller(new.id, head.path, new.position.line)(Kind.TASK, TIGHT, "", new.title)
    for before, after in pairs.same:
        yield from _moved(before, after, same, head.path)


def _same_tasks(base: Board, head: Board, pairs: Pairs) -> dict[str, Task]:
    """Map the id of each task that is still there to what it is now: by id, else by criteria."""
    there = {task.id: task for task in head.tasks}
    same = {task.id: there[task.id] for task in base.tasks if task.id in there}
    taken = set(same)
    for old, new in pairs.same:
        if old.task.id not in same and new.task.id not in taken:
            same[old.task.id] = new.task
            taken.add(new.task.id)
    return same


def _task(old: Task, new: Task, path: str) -> Iterator[Change]:
    change = Teller(new.id, path, new.position.line)
    if old.id != new.id:
        yield change(Kind.TASK, SAME, old.id, new.id, "another id")
    yield from compare_fields(change, old, new)


def _moved(old: Placed, new: Placed, same: dict[str, Task], path: str) -> Iterator[Change]:
    """Yield a change for a criterion that moved to another task, where it may count for less."""
    there = same.get(old.task.id)
    if there is not None and there.id == new.task.id:
        return
    is_lower = new.task.priority.value > old.task.priority.value
    note = f"{old.task.priority.value} before, {new.task.priority.value} now"
    yield Teller(new.criterion.id, path, new.criterion.position.line)(
        Kind.TASK, LOOSE if is_lower else SAME, old.task.id, new.task.id, note
    )
