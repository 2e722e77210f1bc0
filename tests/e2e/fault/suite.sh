# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# In a suite a fault in one test's sandbox is the error of that test alone; after
# one in the runner itself the status and the reports tell the truth.
. "$E2E/lib.sh"

need_faults
if [ "${FAULTS-}" = all ]; then
	faults -s ENOMEM,EPERM,EMFILE,EINTR,kill -- --memory 64M
	exit 0
fi
faults -s -f -r init,test EPERM -- --memory 64M
faults -s -f -r launcher ENOMEM -- --memory 64M
