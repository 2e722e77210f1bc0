/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/say.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"

void say(const char *fmt, ...)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	va_list ap;

	buf_adds(&b, "isorun: ");
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	buf_addc(&b, '\n');
	/* Nobody is left to tell when standard error is gone. */
	(void)fs_write_all(STDERR_FILENO, buf_str(&b), b.len);
}

void say_error(const struct iso_err *err)
{
	say("%s", err->text);
}

int say_status(const struct iso_err *err)
{
	return err->kind == ISO_ERR_USAGE ? STATUS_USAGE : STATUS_HOST;
}

int say_fault(const struct iso_err *err)
{
	say_error(err);
	return say_status(err);
}

static void debug_line(const char *line, void *arg)
{
	(void)arg;
	say("debug: %s", line);
}

void say_debug_lines(void)
{
	if (getenv("ISORUN_DEBUG"))
		log_set_sink(debug_line, NULL);
}

void say_over_budget(const char *what, uint64_t mem_bytes, uint64_t budget_bytes)
{
	char mem[NUM_TEXT];
	char budget[NUM_TEXT];

	if (mem_bytes > budget_bytes)
		say("warning: %s %s is more than the budget of %s: limited to that", what,
		    num_format_size(mem, mem_bytes), num_format_size(budget, budget_bytes));
}
