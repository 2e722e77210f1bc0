/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include "base/cleanup.h"
#include "base/str.h"

static const struct report_format formats[] = {
#define REPORT_ROW(name, help) { #name, offsetof(struct report_files, name), sink_##name##_open },
	REPORT_FORMATS(REPORT_ROW)
#undef REPORT_ROW
};

const struct report_format *report_format_at(size_t i)
{
	return i < ARRAY_SIZE(formats) ? &formats[i] : NULL;
}

const char *report_file_of(const struct report_files *files, const struct report_format *f)
{
	return *(const char *const *)(const void *)((const char *)files + f->offset);
}

const struct report_format *report_on_stdout(const struct report_files *files,
					     const struct report_format *after)
{
	const struct report_format *f = after ? after + 1 : formats;

	for (; f < formats + ARRAY_SIZE(formats); f++)
		if (str_eq(report_file_of(files, f), "-"))
			return f;
	return NULL;
}

bool report_any(const struct report_files *files)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (report_file_of(files, &formats[i]))
			return true;
	return false;
}
