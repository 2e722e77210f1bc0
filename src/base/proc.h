/* SPDX-License-Identifier: Apache-2.0 */
/* base/proc.h - system calls that the C library lacks, and facts of processes in /proc. */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

int proc_pidfd_open(pid_t pid);                  /* Linux 5.3, pidfd_open(2); fd or -errno */
int proc_pidfd_signal(int pidfd, int sig);       /* Linux 5.1; 0 or -errno */
int proc_boot_id(char text[37]);                 /* /proc/sys/kernel/random/boot_id */
const char *proc_signal_name(int sig, char text[16]); /* "SIGTERM"; "signal 70" when it has none */
/* "TERM", "SIGTERM", "15"; 0, -EINVAL or, for a number that is no signal, -ERANGE. */
int proc_parse_signal(const char *name, int *ret_sig);

unsigned proc_count_cpus(void); /* that this process may run on, at least 1 */

#endif
