/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tokens.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"

#define W(text) ((char *)(uintptr_t)(text))
#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })

static char top[64];
static char *nothing[] = { NULL };

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(top, sizeof(top), "/tmp/isorun-unit-XXXXXX");
	assert_non_null(mkdtemp(top));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fs_remove_tree_at(AT_FDCWD, top);
	return 0;
}

static void make_file(const char *name)
{
	_cleanup_free_ char *path = path_join(top, name);
	_cleanup_free_ char *dir = path_dir(path);

	assert_int_equal(fs_mkdirs(dir, 0755), 0);
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
}

static int find(char *const *env, char *const *stated, char *const *later,
		struct token_pools *ret, struct iso_err *err)
{
	_cleanup_free_ char *dev = path_join(top, "dev");
	_cleanup_free_ char *drm = path_join(top, "drm");
	const struct tokens_host host = { .env = env, .dev = dev, .drm = drm };

	return tokens_find(&host, stated, later, false, ret, err);
}

static uint64_t gpus(char *const *env, char *const *stated)
{
	struct token_pools pools;
	struct iso_err err = ISO_ERR_INIT;

	if (find(env, stated, NULL, &pools, &err) < 0)
		fail_msg("%s", err.text);
	return pools.list[token_pools_find(&pools, "gpu")].units;
}

static void a_host_without_devices_has_no_gpu(void **state)
{
	(void)state;
	assert_int_equal(gpus(nothing, NULL), 0);
}

static void devices_of_nvidia_are_counted_and_their_helpers_are_not(void **state)
{
	(void)state;
	make_file("dev/nvidia0");
	make_file("dev/nvidia3");
	make_file("dev/nvidiactl");
	make_file("dev/nvidia-uvm");
	make_file("dev/nvidia-caps/nvidia-cap1");
	assert_int_equal(gpus(nothing, NULL), 3);
	assert_int_equal(gpus(nothing, WORDS(W("gpu=1"))), 1);
}

static void devices_of_amd_are_told_by_their_driver(void **state)
{
	(void)state;
	_cleanup_free_ char *amd = path_join(top, "drm/renderD129/device/driver");
	_cleanup_free_ char *intel = path_join(top, "drm/renderD128/device/driver");

	make_file("dev/dri/renderD128");
	make_file("dev/dri/renderD129");
	make_file("dev/dri/card0");
	make_file("drm/renderD128/device/x");
	make_file("drm/renderD129/device/x");
	assert_int_equal(symlink("../../../bus/pci/drivers/i915", intel), 0);
	assert_int_equal(symlink("../../../bus/pci/drivers/amdgpu", amd), 0);
	assert_int_equal(gpus(nothing, NULL), 1);
}

static void a_list_says_which_gpus_there_are(void **state)
{
	(void)state;
	char **four_seven = WORDS(W("A=1"), W("CUDA_VISIBLE_DEVICES=4,7"),
				  W("ROCR_VISIBLE_DEVICES=1"));
	struct token_pools pools;
	struct iso_err err = ISO_ERR_INIT;

	make_file("dev/nvidia0");
	assert_int_equal(gpus(four_seven, NULL), 0x90);
	assert_int_equal(gpus(four_seven, WORDS(W("gpu=1"))), 0x10);
	assert_int_equal(gpus(WORDS(W("ROCR_VISIBLE_DEVICES=1")), NULL), 2);
	assert_int_equal(gpus(WORDS(W("CUDA_VISIBLE_DEVICES=")), NULL), 0);
	assert_int_equal(gpus(WORDS(W("CUDA_VISIBLE_DEVICES=2,-1,3")), NULL), 4);
	assert_true(find(four_seven, WORDS(W("gpu=3")), NULL, &pools, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_string_equal(err.text, "tokens 'gpu=3': CUDA_VISIBLE_DEVICES names only 2");
	assert_true(find(WORDS(W("CUDA_VISIBLE_DEVICES=64")), NULL, NULL, &pools, &err) < 0);
}

static void names_are_places_that_mean_nothing_to_another_list(void **state)
{
	(void)state;
	_cleanup_free_ char *names = NULL;
	char **a = WORDS(W("CUDA_VISIBLE_DEVICES=GPU-aa,GPU-bb"));
	struct token_pools of_a;
	struct token_pools of_b;

	assert_int_equal(find(a, NULL, NULL, &of_a, NULL), 0);
	assert_int_equal(find(WORDS(W("CUDA_VISIBLE_DEVICES=GPU-cc")), NULL, NULL, &of_b, NULL),
			 0);
	assert_int_equal(of_a.list[0].units, 3);
	assert_true(of_a.list[0].scope && of_a.list[0].scope != of_b.list[0].scope);
	assert_int_equal(tokens_gpu_names(a, 2, &names), 0);
	assert_string_equal(names, "GPU-bb");
}

static void the_later_word_wins_and_the_rest_stays(void **state)
{
	(void)state;
	struct token_pools pools;
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(find(nothing, WORDS(W("seat=1"), W("port=2")), WORDS(W("seat=3")),
			      &pools, NULL), 0);
	assert_int_equal(token_pool_size(&pools.list[token_pools_find(&pools, "seat")]), 3);
	assert_int_equal(token_pool_size(&pools.list[token_pools_find(&pools, "port")]), 2);
	assert_true(find(nothing, WORDS(W("seat")), NULL, &pools, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_host_without_devices_has_no_gpu),
		CASE(devices_of_nvidia_are_counted_and_their_helpers_are_not),
		CASE(devices_of_amd_are_told_by_their_driver),
		CASE(a_list_says_which_gpus_there_are),
		CASE(names_are_places_that_mean_nothing_to_another_list),
		CASE(the_later_word_wins_and_the_rest_stays),
	};

	return cmocka_run_group_tests_name("engine/tokens", tests, NULL, NULL);
}
