/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tokens.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"

#define GPU "gpu"

/* Of those that runtimes read: of one alone, so that the numbers of one list never
 * meet those of another. */
static const char *const list_variables[] = { "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES" };

static const char *find_list(char *const *env, const char **ret_variable)
{
	for (size_t i = 0; i < ARRAY_SIZE(list_variables); i++) {
		const size_t len = strlen(list_variables[i]);

		for (char *const *e = env; e && *e; e++) {
			if (strncmp(*e, list_variables[i], len) == 0 && (*e)[len] == '=') {
				*ret_variable = list_variables[i];
				return *e + len + 1;
			}
		}
	}
	return NULL;
}

/* The entries up to the first that means none, as CUDA reads them. */
static int split_list(const char *list, char ***ret)
{
	_cleanup_strv_ char **entries = NULL;
	size_t n = 0;
	const int r = strv_split(list, ", ", &entries);

	if (r < 0)
		return r;
	while (n < strv_len(entries) && *entries[n] != '-' && !str_eq(entries[n], "NoDevFiles"))
		n++;
	for (size_t i = strv_len(entries); i > n; i--) {
		free(entries[i - 1]);
		entries[i - 1] = NULL;
	}
	*ret = TAKE_PTR(entries);
	return 0;
}

/* False: some are no numbers, but names of devices. */
static bool are_numbers(char *const *entries)
{
	unsigned number;

	for (char *const *e = entries; e && *e; e++)
		if (num_parse_uint(*e, &number) < 0)
			return false;
	return true;
}

/* Numbers are the host's own, the same for everybody.  Names are told apart by their places in
 * the list, which mean something only to those that have the same list. */
static int read_list(const char *variable, const char *list, unsigned wanted,
		     struct token_pool *ret, struct iso_err *err)
{
	_cleanup_strv_ char **entries = NULL;
	uint64_t units = 0;
	unsigned n = 0;

	if (split_list(list, &entries) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s", variable);
	const bool numbers = are_numbers(entries);
	for (char **e = entries; e && *e && n < wanted; e++) {
		unsigned unit = n;

		if ((numbers && num_parse_uint(*e, &unit) < 0) || unit >= AMOUNT_UNITS)
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "%s: '%s': only 64 gpus can be told apart", variable,
					   *e);
		n += !(units >> unit & 1);
		units |= UINT64_C(1) << unit;
	}
	ret->units = units;
	ret->scope = numbers ? 0 : amount_scope(0, list, strlen(list));
	return 0;
}

/* nvidia0, nvidia1: a device each; nvidiactl and nvidia-uvm are none. */
static unsigned count_nvidia(const char *dev)
{
	_cleanup_closedir_ DIR *dir = opendir(dev);
	unsigned n = 0;

	for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
		const char *number = e->d_name + strlen("nvidia");

		n += str_starts(e->d_name, "nvidia") && *number &&
		     !number[strspn(number, "0123456789")];
	}
	return n;
}

static bool is_amd(const char *drm, const char *name)
{
	_cleanup_buf_ struct buf path = BUF_INIT;
	char driver[256];

	buf_addf(&path, "%s/%s/device/driver", drm, name);
	const ssize_t n = path.error ? -1 : readlink(buf_str(&path), driver, sizeof(driver) - 1);
	if (n < 0)
		return false;
	driver[n] = '\0';
	return str_ends(driver, "/amdgpu");
}

static unsigned count_amd(const char *dev, const char *drm)
{
	_cleanup_free_ char *dri = path_join(dev, "dri");
	_cleanup_closedir_ DIR *dir = dri ? opendir(dri) : NULL;
	unsigned n = 0;

	for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir))
		n += str_starts(e->d_name, "renderD") && is_amd(drm, e->d_name);
	return n;
}

static int add(struct token_pools *pools, const char *word, struct iso_err *err)
{
	const char *why;

	if (token_pools_add(pools, word, &why) < 0)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "tokens '%s': %s", word, why);
	return 0;
}

static int add_gpus(struct token_pools *pools, unsigned n, struct iso_err *err)
{
	_cleanup_buf_ struct buf word = BUF_INIT;

	buf_addf(&word, GPU "=%u", n < AMOUNT_UNITS ? n : AMOUNT_UNITS);
	if (word.error)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "count gpus");
	return add(pools, buf_str(&word), err);
}

static int find_gpus(const struct tokens_host *host, struct token_pools *pools,
		     struct iso_err *err)
{
	const char *variable = NULL;
	const char *list = find_list(host->env, &variable);
	int at = token_pools_find(pools, GPU);
	const unsigned stated = at < 0 ? AMOUNT_UNITS : token_pool_size(&pools->list[at]);
	int r = 0;

	if (!list && at >= 0)
		return 0;
	if (!list) {
		const unsigned n = count_nvidia(host->dev);
		return add_gpus(pools, n ? n : count_amd(host->dev, host->drm), err);
	}
	if (at < 0)
		r = add_gpus(pools, 0, err);
	if (r < 0)
		return r;
	struct token_pool *pool = &pools->list[token_pools_find(pools, GPU)];
	r = read_list(variable, list, stated, pool, err);
	if (r == 0 && at >= 0 && token_pool_size(pool) < stated)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "tokens '" GPU "=%u': %s names only %u",
				   stated, variable, token_pool_size(pool));
	return r;
}

int tokens_find(const struct tokens_host *host, char *const *stated, char *const *stated_later,
		bool elsewhere, struct token_pools *ret, struct iso_err *err)
{
	struct token_pools pools = { 0 };
	int r = 0;

	for (char *const *word = stated; r == 0 && word && *word; word++)
		r = add(&pools, *word, err);
	for (char *const *word = stated_later; r == 0 && word && *word; word++)
		r = add(&pools, *word, err);
	if (r == 0 && !(elsewhere && token_pools_find(&pools, GPU) >= 0))
		r = find_gpus(host, &pools, err);
	if (r == 0)
		*ret = pools;
	return r;
}

struct tokens_host tokens_host_here(void)
{
	return (struct tokens_host){ .env = environ, .dev = "/dev", .drm = "/sys/class/drm" };
}

int tokens_gpu_names(char *const *env, uint64_t units, char **ret)
{
	_cleanup_strv_ char **entries = NULL;
	const char *variable = NULL;
	const char *list = find_list(env, &variable);
	struct buf b = BUF_INIT;

	if (list && split_list(list, &entries) < 0)
		return -ENOMEM;
	const bool numbers = are_numbers(entries);
	for (unsigned i = 0; units; i++, units >>= 1) {
		if (!(units & 1))
			continue;
		buf_adds(&b, b.len ? "," : "");
		if (numbers || i >= strv_len(entries))
			buf_addf(&b, "%u", i);
		else
			buf_adds(&b, entries[i]);
	}
	return buf_finish(&b, ret);
}
