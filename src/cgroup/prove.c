/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"

/* In a child, since a process that joined and left again would stay charged. */
static int join(int leaf_fd, const char *join_file)
{
	pid_t pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(-fs_write_at(leaf_fd, join_file ? join_file : "cgroup.procs", "0"));
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static int fill(int leaf_fd, const struct cg_group_plan *group, struct iso_err *err)
{
	for (size_t i = 0; i < group->n_writes; i++) {
		int r = fs_write_at(leaf_fd, group->writes[i].file, group->writes[i].value);
		if (r < 0 && !group->writes[i].optional)
			return iso_err_set(err, ISO_ERR_HOST, r, "write '%s'",
					   group->writes[i].file);
	}
	int r = join(leaf_fd, group->join_file);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "join a group");
	return 0;
}

static int prove_group(const struct cg_group_plan *group, struct iso_err *err)
{
	if (mkdirat(group->parent_fd, group->name, 0755) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "make a group");
	_cleanup_close_ int leaf_fd = openat(group->parent_fd, group->name,
					     O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = leaf_fd < 0 ? iso_err_set(err, ISO_ERR_HOST, errno, "open a group") :
			      fill(leaf_fd, group, err);
	int r_remove = cg_remove_at(group->parent_fd, group->name);
	if (r == 0 && r_remove < 0)
		r = iso_err_set(err, ISO_ERR_HOST, r_remove, "remove a group");
	return r;
}

int cg_prove(const struct cg_place *place, struct iso_err *err)
{
	struct cg *cg;
	int r = cg_open(place, &cg, err);
	if (r < 0)
		return r;
	/* Numbers that any test would be given; nothing runs long enough to feel them. */
	const struct cg_limits limits = { .mem_bytes = 64 << 20, .pids = 64 };
	char name[CG_NAME];
	cg_leaf_name(cg, 0, name);
	struct cg_plan plan;
	cg_plan_leaf(cg, name, &limits, &plan);
	for (size_t i = 0; r == 0 && i < plan.n_groups; i++)
		r = prove_group(&plan.groups[i], err);
	cg_close(cg);
	return r;
}
