/* tm RECORD OUTPUT CMD [ARG...]: run CMD once and write "wall user sys maxrss_kb status" to RECORD.
 *
 * CMD gets /dev/null as standard input, and one pipe as standard output and error; what it writes
 * there goes to OUTPUT. The figures are of CMD and all that it waited for. The clock stops when CMD
 * ends, whoever still holds the pipe. tm is small, so that the peak memory of small programs reads
 * true: a forked child starts with its parent's. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static int drain(int from, int to) {
  ssize_t n = read(from, buffer, sizeof buffer);
  if (n > 0 && write(to, buffer, n) != n) return -1;
  return n > 0;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  int out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), fds[2];
  if (out < 0 || pipe2(fds, O_CLOEXEC)) return 2;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t pid = fork();
  if (!pid) {
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    dup2(fds[1], 1);
    dup2(fds[1], 2);
    execvp(argv[3], argv + 3);
    _exit(127);
  }
  close(fds[1]);
  struct pollfd watched[2] = {{syscall(SYS_pidfd_open, pid, 0), POLLIN, 0}, {fds[0], POLLIN, 0}};
  do {
    poll(watched, 2, -1);
    if (watched[1].revents && drain(fds[0], out) <= 0) watched[1].fd = -1;
  } while (!watched[0].revents);
  struct rusage used;
  int status;
  wait4(pid, &status, 0, &used);
  clock_gettime(CLOCK_MONOTONIC, &end);
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
  while (drain(fds[0], out) > 0) continue;
  FILE *record = fopen(argv[1], "w");
  if (!record) return 2;
  fprintf(record, "%.6f %ld.%06ld %ld.%06ld %ld %d\n",
          (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) / 1e9,
          used.ru_utime.tv_sec, used.ru_utime.tv_usec, used.ru_stime.tv_sec, used.ru_stime.tv_usec,
          used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(record) != 0;
}
