#!/usr/bin/env bash
# A year of the plan in two minutes, on a clock of its own: what people do, and what the daemon does by itself.
#
#   docs/year.sh [FOLDER]        a new installation in FOLDER; its mail is left there, in FOLDER/mailbox
#
# Every line is a command that a person could give. tests/acceptance/test_year.py runs these very lines, with a mail
# server, and checks after each part what has become of the cases and who was written to.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/.venv/bin:$PATH"
export DONDOC_DATA_DIR="${1:-$(mktemp -d)/dondoc}"
export DONDOC_CLOCK=2026-01-05T08:00:00+07:00
PS4='$ '
set -x

## A new installation: the round of 2026 opens, and every agency is told what it owes
dondoc init
dondoc serve --port 0 >/dev/null 2>&1 & trap 'kill %1; wait' EXIT
dondoc cases
dondoc due --until 2026-12-31

## In January the work begins
dondoc act bauxite-alumina/2026/lao-dong start --as so-ldtbxh:nguyen-van-an
dondoc act bauxite-alumina/2026/dat-dai start --as so-tnmt:tran-thi-binh

## In June the PPC office asks for an ad-hoc report on two areas
dondoc clock --to 2026-06-08T09:00:00+07:00
dondoc open bauxite-alumina --adhoc --as vp-ubnd-tinh:le-van-cuong --area lao-dong --area an-ninh --number 1234/VP-KTTH --text "Báo cáo phục vụ phiên họp tháng 6" --due 2026-06-15

## One area reports; of the confidential one the consolidator registers number, date and route
dondoc clock --to 2026-06-12T14:00:00+07:00
dondoc act bauxite-alumina/2026-a1/lao-dong report --as so-ldtbxh:nguyen-van-an --number 61/BC-SLĐTBXH --dated 2026-06-12 --signer "Phạm Văn Dũng" --text "Có 12 lao động nước ngoài, đều có giấy phép."
dondoc act bauxite-alumina/2026-a1/an-ninh report --as so-cong-thuong:do-thi-em --on-behalf-of cong-an-tinh --number 45/BC-CAT --dated 2026-06-11T16:30 --route "Văn thư mật, sổ số 7"
dondoc act bauxite-alumina/2026-a1/lao-dong bauxite-alumina/2026-a1/an-ninh consolidate --as so-cong-thuong:do-thi-em

## The ad-hoc round is submitted and acknowledged
dondoc clock --to 2026-06-17T10:00:00+07:00
dondoc act bauxite-alumina/2026-a1 submit --as so-cong-thuong:do-thi-em --number 88/BC-SCT --dated 2026-06-17 --signer "Võ Thị Giang" --text "Tổng hợp hai lĩnh vực."
dondoc clock --to 2026-06-24T10:00:00+07:00
dondoc act bauxite-alumina/2026-a1 acknowledge --as vp-ubnd-tinh:le-van-cuong --on-behalf-of ubnd-tinh

## On 30 November, ten working days before the target, the first reminder
dondoc clock --to 2026-11-30T08:00:00+07:00

## Two areas report early
dondoc clock --to 2026-12-02T09:00:00+07:00
dondoc act bauxite-alumina/2026/tuyen-truyen report --as so-tttt:ho-van-hai --number 152/BC-STTTT --dated 2026-12-02 --signer "Lý Thị Kim" --text "Đã tổ chức 14 buổi tuyên truyền."
dondoc act bauxite-alumina/2026/an-ninh report --as so-cong-thuong:do-thi-em --on-behalf-of cong-an-tinh --number 97/BC-CAT --dated 2026-12-01T15:00 --route "Văn thư mật, sổ số 7"

## On 7 December the second reminder, to those who have not; one has nothing to report, and why
dondoc clock --to 2026-12-07T08:00:00+07:00
dondoc act bauxite-alumina/2026/dat-dai report --as so-tnmt:tran-thi-binh --number 301/BC-STNMT --dated 2026-12-07 --nil "Trong năm không phát sinh dự án thuê đất"

## On 11 December the last one; two more report
dondoc clock --to 2026-12-11T08:00:00+07:00
dondoc act bauxite-alumina/2026/quy-hoach report --as so-cong-thuong:do-thi-em --number 201/BC-SCT --dated 2026-12-11 --signer "Võ Thị Giang" --text "Đã phối hợp với các Bộ."
dondoc act bauxite-alumina/2026/dau-tu report --as so-khdt:mai-van-long --number 77/BC-SKHĐT --dated 2026-12-11 --signer "Cao Thị Mai" --text "Đã thẩm định ba dự án."

## At midnight of 14 December the area that is silent passes to the PPC, and the round of 2027 opens
dondoc clock --to 2026-12-15T08:00:00+07:00
dondoc cases --state escalated

## One report is sent back after the term: two more working days
dondoc act bauxite-alumina/2026/dau-tu return --as so-cong-thuong:do-thi-em --reason "Thiếu số liệu giải ngân"
dondoc act bauxite-alumina/2026/tuyen-truyen bauxite-alumina/2026/quy-hoach bauxite-alumina/2026/dat-dai bauxite-alumina/2026/an-ninh consolidate --as so-cong-thuong:do-thi-em

## It comes back completed, within them
dondoc clock --to 2026-12-16T15:00:00+07:00
dondoc act bauxite-alumina/2026/dau-tu report --as so-khdt:mai-van-long --number 79/BC-SKHĐT --dated 2026-12-16 --signer "Cao Thị Mai" --text "Bổ sung số liệu giải ngân."
dondoc act bauxite-alumina/2026/dau-tu consolidate --as so-cong-thuong:do-thi-em

## The silent agency is urged for the first time; the consolidation goes to the PPC and names it
dondoc clock --to 2026-12-17T16:00:00+07:00
dondoc act bauxite-alumina/2026 submit --as so-cong-thuong:do-thi-em --number 210/BC-SCT --dated 2026-12-17 --signer "Võ Thị Giang" --text "Năm lĩnh vực đã báo cáo, một lĩnh vực chưa báo cáo."

## Urged for the second time, it reports late, and is supplemented
dondoc clock --to 2026-12-22T09:00:00+07:00
dondoc act bauxite-alumina/2026/lao-dong report --as so-ldtbxh:nguyen-van-an --number 190/BC-SLĐTBXH --dated 2026-12-22 --signer "Phạm Văn Dũng" --text "Có 15 lao động nước ngoài."
dondoc clock --to 2026-12-23T10:00:00+07:00
dondoc act bauxite-alumina/2026 supplement --as so-cong-thuong:do-thi-em --number 215/BC-SCT --dated 2026-12-23 --signer "Võ Thị Giang" --text "Bổ sung lĩnh vực 5."

## In January the PPC gives its opinion, and the year is closed
dondoc clock --to 2027-01-08T10:00:00+07:00
dondoc act bauxite-alumina/2026 acknowledge --as vp-ubnd-tinh:le-van-cuong --on-behalf-of ubnd-tinh --opinion "Đồng ý. Sở LĐTBXH rút kinh nghiệm về thời hạn."
dondoc cases --rounds
dondoc show bauxite-alumina/2026/lao-dong
dondoc audit verify
