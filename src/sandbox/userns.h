/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/userns.h - what keeps an ordinary user from making user namespaces, and its cure. */
#ifndef SANDBOX_USERNS_H
#define SANDBOX_USERNS_H

struct userns_bar {
	const char *file;      /* below the directory of sysctls */
	unsigned char value;   /* with which it bars */
	const char *why;
	const char *cure;      /* one line */
};

/* The first that stands in the way, by the files below sysctl_dir (/proc/sys);
 * NULL: none of those that are known. */
const struct userns_bar *userns_bar_find(const char *sysctl_dir);

#endif
