"""What strace tells of a command: read from its files."""

from pathlib import Path

import pytest

from readiness.reuse.trace import Trace, read_trace

INET = "connect(3<socket:[1]>, {sa_family=AF_INET, "
FIREWALL = "socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) = 3<socket:[7]>"
LISTENS = "bind(3<socket:[7]>, {sa_family=AF_NETLINK, nl_pid=0"
UNIX = "connect(4<socket:[3]>, {sa_family=AF_UNIX"


def port(number: int) -> str:
    """An address of this machine, as strace writes it."""
    return f'sin_port=htons({number}), sin_addr=inet_addr("127.0.0.1")}}'


def written(folder: Path, *processes: str) -> Trace:
    """Read traces: of process 1 first, and so on; each lacks only its end."""
    for number, text in enumerate(processes, 1):
        started = 'execve("/bin/x", ["x"], 0x7f /* 3 vars */) = 0\n' if number == 1 else ""
        (folder / f"t.{number}").write_text(f"{started}{text}\n+++ exited with 0 +++\n")
    return read_trace(str(folder / "t"), "/w")


@pytest.mark.parametrize(
    ("line", "field", "path"),
    [
        ('openat(AT_FDCWD</w>, "a", O_RDONLY|O_CLOEXEC) = 3</w/a>', "opened", "/w/a"),
        ('openat(4</x>, "a", O_RDONLY) = 3</x/a>', "opened", "/x/a"),
        ('open("a", O_RDONLY) = 3</w/a>', "opened", "/w/a"),
        ('execve("/bin/sh", ["sh", "-c", "x"], 0x7f /* 3 vars */) = 0', "opened", "/bin/sh"),
        ('openat(AT_FDCWD</w>, "a", O_RDONLY) = -1 ENOENT (No such file)', "absent", "/w/a"),
        ('access("/etc/x", R_OK) = -1 ENOENT (No such file or directory)', "absent", "/etc/x"),
        ('readlink("x/y", 0x55, 64) = -1 ENOTDIR (Not a directory)', "absent", "/w/x/y"),
        ('openat(AT_FDCWD</w>, "a", O_RDONLY) = -1 EACCES (Permission denied)', "refused", "/w/a"),
        ("getdents64(3</w/src>, 0x55 /* 4 entries */, 32768) = 120", "listed", "/w/src"),
        ('newfstatat(AT_FDCWD</w>, "a", {st_mode=S_IFREG|0644}, 0) = 0', "looked_at", "/w/a"),
        ('openat(AT_FDCWD</w>, "a", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</w/a>', "written", "/w/a"),
        ('openat(AT_FDCWD</w>, "a", O_RDWR|O_CREAT|O_EXCL, 0666) = 3</w/a>', "absent", "/w/a"),
        ('rename("a", "b") = 0', "written", "/w/b"),
        ('unlinkat(AT_FDCWD</w>, "a", 0) = 0', "written", "/w/a"),
        ('utimensat(3</w/a>, "", [{tv_sec=1}, {tv_sec=1}], 0) = 0', "touched", "/w/a"),
        ("utimensat(3</w/a>, NULL, NULL, 0) = 0", "touched", "/w/a"),
        (r'openat(AT_FDCWD</w>, "\303\274 \"\n", O_RDONLY) = 3</w/x>', "opened", '/w/ü "\n'),
        (r'openat(AT_FDCWD</w/a\76b>, "c", O_RDONLY) = 3</w/a\76b/c>', "opened", "/w/a>b/c"),
    ],
)
def test_each_call_is_told_apart(tmp_path: Path, line: str, field: str, path: str) -> None:
    """Read, run, listed, looked at, looked for in vain, or written."""
    trace = written(tmp_path, line)
    assert path in getattr(trace, field)
    assert (trace.gap, trace.spoke) == ("", "")


def test_a_folder_that_is_only_passed_through_is_nothing(tmp_path: Path) -> None:
    """Nor is a file that is written and not read."""
    trace = written(
        tmp_path,
        'newfstatat(AT_FDCWD</w>, "src", {st_mode=S_IFDIR|0755}, 0) = 0\n'
        'openat(AT_FDCWD</w>, "a", O_WRONLY|O_APPEND) = 3</w/a>',
    )
    assert trace.opened == {"/bin/x"}
    assert not trace.looked_at | trace.listed.keys() | trace.absent
    assert trace.folders == {"/w/src"}


def test_a_relative_name_begins_where_the_process_is(tmp_path: Path) -> None:
    """Which its parent may have been when it was started."""
    trace = written(
        tmp_path,
        'chdir("deep") = 0\nclone(child_stack=NULL, flags=SIGCHLD) = 2\nchdir("/") = 0',
        'access("x", F_OK) = -1 ENOENT (No such file or directory)',
    )
    assert trace.absent == {"/w/deep/x"}


@pytest.mark.parametrize(
    ("line", "spoke"),
    [
        (f'{UNIX}, sun_path="/w/s"}}, 110) = 0', 'connect "/w/s"'),
        (f'{UNIX}, sun_path="/w/s"}}, 110) = -1 ENOENT (No such file)', ""),
        (f'{UNIX.replace("connect", "bind")}, sun_path=@"s"}}, 9) = 0', ""),
        (f"{INET.replace('connect', 'bind')}{port(0)}, 16) = 0", ""),
        (f"{INET.replace('connect', 'bind')}{port(80)}, 16) = 0", "bind AF_INET 127.0.0.1:80"),
        (f"{INET}{port(80)}, 16) = 0", "connect AF_INET 127.0.0.1:80"),
        (f"{INET}{port(80)}, 16) = -1 ECONNREFUSED (Connection refused)", ""),
        (f"{INET}{port(80)}, 16) = -1 EINPROGRESS (Operation now in progress)", "127.0.0.1:80"),
        ("connect(3<socket:[1]>, {sa_family=AF_INET6}, 28) = 0", "AF_INET6"),
        ("sendto(3<socket:[1]>, ..., 5, 0, {sa_family=AF_INET}, 16) = 5", "AF_INET"),
        ("socket(AF_PACKET, SOCK_RAW, 0) = 3<socket:[1]>", "AF_PACKET"),
        (FIREWALL, ""),
        (f"{FIREWALL}\nsendto(3<socket:[7]>, [], 20, 0, NULL, 0) = 20", "AF_NETLINK"),
        (f"{FIREWALL}\n{LISTENS}, nl_groups=00000000}}, 16) = 0", ""),
        (f"{FIREWALL}\n{LISTENS}, nl_groups=0x00001}}, 16) = 0", "AF_NETLINK"),
        (f"sendmsg(4<socket:[7]>, {{}}, 0) = 20\n{FIREWALL}", "AF_NETLINK"),
        (f"{FIREWALL}\nsendto(3<socket:[8]>, ..., 5, 0, NULL, 0) = 5", ""),
    ],
)
def test_whoever_is_not_its_own_may_answer_otherwise(tmp_path: Path, line: str, spoke: str) -> None:
    """Loopback is the network; what nothing answered depends on that."""
    assert written(tmp_path, line).spoke.endswith(spoke)
    assert bool(written(tmp_path, line).spoke) is bool(spoke)


def test_what_its_own_processes_say_to_each_other_depends_on_nobody(tmp_path: Path) -> None:
    """At a port that the system gave one of them, or at a name that one of them took."""
    served = (
        f"{INET.replace('connect', 'bind')}{port(0)}, 16) = 0\n"
        f"{INET.replace('connect', 'getsockname')}{port(4000)}, [16]) = 0\n"
        f'{UNIX.replace("connect", "bind")}, sun_path="/w/s"}}, 110) = 0\n'
        "clone(child_stack=NULL, flags=SIGCHLD) = 2"
    )
    asked = f'{INET.replace("[1]", "[2]")}{port(4000)}, 16) = 0\n{UNIX}, sun_path="/w/s"}}, 9) = 0'
    assert written(tmp_path, served, asked).spoke == ""
    assert written(tmp_path, served, asked.replace("4000", "4001")).spoke


def test_a_refusal_that_is_told_later_is_one(tmp_path: Path) -> None:
    """As servers of events ask for it; it depends on nothing listening there."""
    trace = written(
        tmp_path,
        f"{INET}{port(9)}, 16) = -1 EINPROGRESS (Operation now in progress)\n"
        "getsockopt(3<socket:[1]>, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0",
    )
    assert (trace.spoke, trace.absent) == ("", {"/proc/net/tcp/9"})


@pytest.mark.parametrize(
    ("line", "hindered"),
    [
        ("setns(3</w/x>, CLONE_NEWNET) = 0", False),
        ("clone(child_stack=NULL, flags=SIGCHLD) = 99", True),
        ("ptrace(PTRACE_TRACEME) = -1 EPERM (Operation not permitted)", True),
        ('chroot("/w/root") = 0', False),
        ('mount("/w/a", "/w/b", NULL, MS_BIND, NULL) = 0', False),
        ("unshare(CLONE_NEWNS|CLONE_NEWUSER) = 0", False),
    ],
)
def test_what_a_trace_may_lack_is_a_gap(tmp_path: Path, line: str, hindered: bool) -> None:
    """Other ways to files, names that mean others, and processes that were not followed."""
    trace = written(tmp_path, line)
    assert trace.gap
    assert trace.hindered is hindered


@pytest.mark.parametrize(
    "line",
    [
        "io_uring_setup(8, 0x7f) = -1 ENOSYS (Function not implemented) (INJECTED)",
        "unshare(CLONE_NEWNS) = -1 EPERM (Operation not permitted)",
        "unshare(CLONE_FS) = 0",
    ],
)
def test_what_did_not_happen_is_no_gap(tmp_path: Path, line: str) -> None:
    """Nor is what changes no file's name."""
    assert written(tmp_path, line).gap == ""


def test_a_folder_is_listed_as_it_was_seen(tmp_path: Path) -> None:
    """Names with their kinds, in as many pieces as they came; caches are not of interest."""
    trace = written(
        tmp_path,
        'getdents64(3</w/l>, [{d_ino=1, d_type=DT_REG, d_name="a"},'
        ' {d_ino=2, d_type=DT_DIR, d_name="."}], 32768) = 48\n'
        'getdents64(3</w/l>, [{d_ino=3, d_type=DT_DIR, d_name="b c"},'
        ' {d_ino=4, d_type=DT_DIR, d_name="__pycache__"}], 32768) = 48\n'
        "getdents64(3</w/l>, [], 32768) = 0\n"
        "getdents64(4</w/empty>, [], 32768) = 0",
    )
    assert trace.listed == {"/w/l": {"a": "REG", "b c": "DIR"}, "/w/empty": {}}
    assert not trace.moving


@pytest.mark.parametrize(
    "second",
    [
        'getdents64(3</w/l>, [{d_type=DT_REG, d_name="b"}], 9) = 4\ngetdents64(3</w/l>, [], 9) = 0',
        'getdents64(3</w/l>, [{d_type=DT_REG, d_name="b"}], 9) = 4',
    ],
    ids=["to its end", "not to its end"],
)
def test_a_folder_whose_names_may_be_others_is_moving(tmp_path: Path, second: str) -> None:
    """It was another at the second look."""
    first = (
        'getdents64(3</w/l>, [{d_type=DT_REG, d_name="a"}], 9) = 24\ngetdents64(3</w/l>, [], 9) = 0'
    )
    assert written(tmp_path, first).moving == set()
    assert written(tmp_path, f"{first}\n{second}").moving == {"/w/l"}
    begun = written(tmp_path, first.partition("\n")[0])
    assert (begun.listed, begun.partial) == ({"/w/l": {"a": "REG"}}, {"/w/l"})


def test_above_a_link_is_above_where_it_leads(tmp_path: Path) -> None:
    """As the system takes it."""
    (tmp_path / "deep/folder").mkdir(parents=True)
    (tmp_path / "link").symlink_to("deep/folder")
    trace = written(tmp_path, f'access("{tmp_path}/link/../x", F_OK) = -1 ENOENT (No such file)')
    assert trace.absent == {f"{tmp_path}/deep/x"}


@pytest.mark.parametrize(
    ("made", "read", "lasting"),
    [
        ('symlink("/p/venv", "/t/venv") = 0', "/t/venv/lib/x", {"/p/venv/lib/x"}),
        ('symlink("/p", "/t/l") = 0', "/t/l", {"/p"}),
        ('symlink("/", "/t/l") = 0', "/t/l/x", {"/x"}),
        ('symlinkat("../p", AT_FDCWD</t>, "l") = 0', "/t/l/x", {"/p/x"}),
        ('symlinkat("p", AT_FDCWD</w>, "/t/l") = 0', "/t/l/x", {"/t/p/x"}),
        ('link("/p/x", "/t/x") = 0', "/t/x", {"/p/x"}),
        ('symlink("/p", "/t/1") = 0\nrename("/t/1", "/t/l") = 0', "/t/l/x", {"/p/x"}),
        ('symlink("/p", "/t/a/l") = 0\nrename("/t/a", "/t/b") = 0', "/t/b/l/x", {"/p/x"}),
        ('symlink("/p", "/t/1") = 0\nsymlink("/t/1", "/t/2") = 0', "/t/2/x", {"/t/1/x", "/p/x"}),
        ('symlink("/p", "/t/l") = -1 EEXIST (File exists)', "/t/l/x", set()),
        ('symlink("/p", "/t/l") = 0', "/t/long/x", set()),
        ('rename("/p/x", "/t/x") = 0', "/t/x", set()),
    ],
)
def test_what_is_read_through_a_link_of_its_own_has_another_name(
    tmp_path: Path, made: str, read: str, lasting: set[str]
) -> None:
    """Which lasts: the link may be gone when the command is over, and is nobody else's."""
    seen = f'openat(AT_FDCWD</w>, "{read}", O_RDONLY) = 3</w/a>'
    trace = written(tmp_path, f"{made}\n{seen}")
    assert trace.opened | trace.absent == {"/bin/x", read, *lasting}


def test_what_stands_in_place_of_a_link_counts_as_it_is_now(tmp_path: Path) -> None:
    """What lies behind a link is read; what was put there later may be nobody else's."""
    (tmp_path / "venv").mkdir()
    for name in ("tool", "late"):
        (tmp_path / "venv" / name).write_text("")
    reads = "".join(READS.format(f"/t/venv/{name}") + "\n" for name in ("tool", "own"))
    vain = 'access("/t/venv/late", F_OK) = -1 ENOENT (No such file)'
    trace = written(tmp_path, f'symlink("{tmp_path}/venv", "/t/venv") = 0\n{reads}{vain}')
    assert f"{tmp_path}/venv/tool" in trace.opened
    assert f"{tmp_path}/venv/late" in trace.looked_at
    assert trace.absent - {"/t/venv/late"} == {f"{tmp_path}/venv/own"}


def test_what_is_looked_for_in_vain_behind_a_link_has_another_name_too(tmp_path: Path) -> None:
    """The link itself was not there before, which says nothing of where it leads."""
    trace = written(
        tmp_path,
        'access("/t/l", F_OK) = -1 ENOENT (No such file)\nsymlink("/p", "/t/l") = 0\n'
        'access("/t/l/x", F_OK) = -1 ENOENT (No such file)',
    )
    assert trace.absent == {"/t/l", "/t/l/x", "/p/x"}


COPYING = """\
access("/readiness:copying", F_OK) = -1 ENOENT (No such file or directory)
newfstatat(AT_FDCWD</w>, "/w/a", {st_mode=S_IFREG|0644}, AT_SYMLINK_NOFOLLOW) = 0
openat(AT_FDCWD</w>, "/w/a", O_RDONLY|O_CLOEXEC) = 3</w/a>
openat(AT_FDCWD</w>, "/t/a", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0666) = 4</t/a>
readlink("/w/l", "x", 4096) = 1
symlink("x", "/t/l") = 0
openat(AT_FDCWD</w>, "/w/b", O_RDONLY|O_CLOEXEC) = 3</w/b>
openat(AT_FDCWD</w>, "/t/b", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0666) = 4</t/b>
access("/readiness:copied", F_OK) = -1 ENOENT (No such file or directory)
"""
READS = 'openat(AT_FDCWD</w>, "{}", O_RDONLY|O_CLOEXEC) = 3</w/a>'


def copying(folder: Path, *processes: str, copies: bool = True) -> Trace:
    """Read traces of a check that copies."""
    written(folder, *processes)
    return read_trace(str(folder / "t"), "/w", copies=copies)


@pytest.mark.parametrize(
    ("then", "read"),
    [
        ("", set()),
        (READS.format("/t/a"), {"/w/a"}),
        (READS.format("/t/l"), {"/w/l"}),
        ('rename("/t/a", "/t/c") = 0\n' + READS.format("/t/c"), {"/w/a"}),
        ('rename("/t", "/u") = 0\n' + READS.format("/u/a"), {"/w/a"}),
        (READS.format("/w/a"), {"/w/a"}),
    ],
)
def test_what_a_check_copies_is_read_where_its_copy_is(
    tmp_path: Path, then: str, read: set[str]
) -> None:
    """Under whatever name, and where it is read itself, as a line that was there before."""
    trace = copying(tmp_path, COPYING + then)
    seen = trace.opened | trace.looked_at | trace.absent
    assert {path for path in seen if path.startswith("/w/")} == read


def test_another_process_reads_what_is_copied(tmp_path: Path) -> None:
    """By the very line with which it is copied."""
    clone = "clone(child_stack=NULL, flags=SIGCHLD) = 2\n"
    line = 'openat(AT_FDCWD</w>, "/w/a", O_RDONLY|O_CLOEXEC) = 3</w/a>'
    assert "/w/a" in copying(tmp_path, COPYING + clone, line).opened
    assert "/w/b" in copying(tmp_path, clone, COPYING).opened  # no process of the check's own


def test_who_is_no_check_of_ours_copies_nothing(tmp_path: Path) -> None:
    """A command of the board may say what it wants."""
    assert {"/w/a", "/w/b"} <= copying(tmp_path, COPYING, copies=False).opened


def test_links_that_lead_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    """As in the system, which follows some forty."""
    made = 'symlink("/t/b/x", "/t/a") = 0\nsymlink("/t/a/x", "/t/b") = 0'
    trace = written(tmp_path, f'{made}\nopenat(AT_FDCWD</w>, "/t/a/y", O_RDONLY) = 3</w/a>')
    assert "/t/b/x/y" in trace.opened | trace.absent


def test_a_trace_without_an_end_is_a_gap(tmp_path: Path) -> None:
    """The tracer was stopped; and nothing at all is no trace."""
    assert read_trace(str(tmp_path / "t"), "/w").gap
    (tmp_path / "t.1").write_text('openat(AT_FDCWD</w>, "a", O_RDONLY) = 3</w/a>\n')
    assert read_trace(str(tmp_path / "t"), "/w").gap
