#!/usr/bin/env bash
# From an empty Google Cloud project to a running season, and back again (--teardown).
#
# Each step looks first and changes only what differs. So a run may be repeated at any time: after a failure it
# goes on where it stopped, and where all is in place it changes nothing. A secret reaches gcloud on its standard
# input only, never on a command line.
set -euo pipefail
umask 022

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
WORK=$(mktemp -d)
BUILD=$ROOT/build
ENV_FILE='' MODE=deploy DRY='' YES=''
STEP='' CHANGES=0 answer='' check=''
complaints=()
SHA256=(sha256sum)
if ! command -v sha256sum >/dev/null; then SHA256=(shasum -a 256); fi
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

# The Python that the pinned requirements were made and tested with.
readonly RUNTIME=python311
# The build compiles the functions, and Python knows what was compiled by the time of its source. An image gives all
# files another time: each new instance would compile everything again before its first answer. With this variable
# Python's compiler notes a hash of the source instead of its time.
readonly BUILD_VARIABLES=SOURCE_DATE_EPOCH=315532800
readonly KEYS_SECRET=zapis-signing-keys SMTP_SECRET=zapis-smtp-url DATABASE_SECRET=zapis-database VK_SECRET=zapis-vk-key
readonly KEYS_PATH=/etc/zapis/signing-keys
readonly QUEUE=zapis-deliver
# For how long a copy is kept, and a name at all, by the texts of consent.
readonly COPIES_DAYS=14 PROMISED_DAYS=30
readonly APIS=(
  artifactregistry.googleapis.com cloudbuild.googleapis.com cloudfunctions.googleapis.com
  cloudscheduler.googleapis.com cloudtasks.googleapis.com iam.googleapis.com iamcredentials.googleapis.com logging.googleapis.com
  monitoring.googleapis.com run.googleapis.com secretmanager.googleapis.com sheets.googleapis.com storage.googleapis.com
)
readonly CHANNELS=(beta monitoring channels list '--format=value(userLabels.zapis,name,labels.email_address)')
readonly CHECKS=(monitoring uptime list-configs '--format=value(userLabels.zapis,userLabels.zapis_digest,name)')
# From three places, the fewest that Google takes, each five minutes: thirty-six calls an hour, for which the ledger is
# read less than once a minute of the sixty times that an account may.
readonly LOOK=(
  --resource-type=uptime-url --protocol=https --path=/readyz --validate-ssl=true
  '--regions=europe,usa-virginia,asia-pacific' --period=5 --timeout=30
)
# The address of a ticket, or of a page inside VK, is its secret, and the platform logs every address that is asked for.
readonly EXCLUSION=zapis-tickets
readonly EXCLUDED='log_id("run.googleapis.com/requests") AND (httpRequest.requestUrl=~"/(ticket|confirm|gate|show|status|office)/|/vk[/?]" OR httpRequest.referer=~"/(ticket|confirm|gate|show|status|office)/|/vk[/?]")'

usage() {
  cat <<'END'
Usage: ./deploy.sh [--env-file FILE] [--dry-run]
       ./deploy.sh --teardown [--yes] [--env-file FILE] [--dry-run]
       ./deploy.sh --stage [--build DIR]

Bring a Google Cloud project to a running season. May be run again at any time.

  --env-file FILE  read settings from FILE, one NAME=value a line; it wins over the environment
  --dry-run        print each command and run none, as for an empty project
  --teardown       remove from the project what this script made there
  --yes            do not ask before removing
  --stage          only gather what is deployed, into DIR/bundle
  --build DIR      where to gather it; build/ beside this script if not given

docs/operations.md says what the settings mean.
END
}

# --- Words -----------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }

fail() {
  printf 'deploy.sh: %s\n' "$*" >&2
  exit 1
}

misused() {
  printf 'deploy.sh: %s See ./deploy.sh --help.\n' "$*" >&2
  exit 2
}

step() {
  STEP=$1
  say "# $STEP"
}

finish() {
  local code=$?
  rm -rf "$WORK"
  if [ "$code" -ne 0 ] && [ -n "$STEP" ]; then
    {
      say "deploy.sh stopped at: $STEP."
      say 'What was done until then stays and does no harm. The message above says what is wrong: mostly billing that is'
      say 'not switched on, or a role that this account lacks. Mend it and run the same command again: it goes on from here.'
    } >&2
  fi
}
trap finish EXIT

# A command line as a shell reads it, in one line.
quoted() {
  local word apostrophe="'\\''"
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=@,%+-]*) printf " '%s'" "${word//\'/$apostrophe}" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
}

show() { say "gcloud$(quoted "$@" "--project=$GOOGLE_CLOUD_PROJECT")"; }

# --- gcloud ----------------------------------------------------------------------------------------------------

# Nothing is there; or nothing can be, because the API was never switched on.
readonly ABSENT='NOT_FOUND|[Nn]ot found|Cannot find|does not exist|SERVICE_DISABLED|has not been used in project|not enabled on project'

# What gcloud says, in $answer; false where there is no such thing. Any other trouble ends the run.
ask() {
  answer=''
  if [ -n "$DRY" ]; then
    show "$@"
    return 1
  fi
  if answer=$(gcloud "$@" "--project=$GOOGLE_CLOUD_PROJECT" 2>"$WORK/trouble" </dev/null); then return 0; fi
  if grep -qE "$ABSENT" "$WORK/trouble"; then return 1; fi
  show "$@" >&2
  cat "$WORK/trouble" >&2
  exit 1
}

# As `ask`, of what must be there: learn PLACEHOLDER-OF-A-DRY-RUN COMMAND...
learn() {
  local placeholder=$1
  shift
  if ask "$@"; then return; fi
  if [ -z "$DRY" ]; then
    cat "$WORK/trouble" >&2
    fail "gcloud $* found nothing."
  fi
  answer=$placeholder
}

# Change something.
run() {
  show "$@"
  CHANGES=$((CHANGES + 1))
  if [ -z "$DRY" ]; then gcloud "$@" "--project=$GOOGLE_CLOUD_PROJECT"; fi
}

# A new account is not known everywhere at once: try what names it for half a minute.
patiently() {
  local _
  for _ in 1 2 3 4 5; do
    if "$@"; then return; fi
    sleep 6
  done
  "$@"
}

# Let MEMBER have ROLE on one resource: grant MEMBER ROLE "GROUP OF COMMANDS" RESOURCE [FLAG...]
grant() {
  local member=$1 role=$2 resource=$4 group condition=''
  read -ra group <<<"$3"
  # Asked for where somebody has bound a role of the project under a condition.
  if [ "$3" = projects ]; then condition=--condition=None; fi
  shift 4
  ask "${group[@]}" get-iam-policy "$resource" "$@" \
    '--flatten=bindings[].members' '--format=value(bindings.role,bindings.members)' || true
  if grep -qxF "$role"$'\t'"$member" <<<"$answer"; then return; fi
  patiently run "${group[@]}" add-iam-policy-binding "$resource" "$@" "--member=$member" "--role=$role" \
    ${condition:+"$condition"}
}

# Of the standard input. Forty digits: a label holds sixty-three characters, a whole digest has sixty-four.
digest() { "${SHA256[@]}" | cut -c 1-40; }

# --- Settings --------------------------------------------------------------------------------------------------

readonly NAMES=" GOOGLE_CLOUD_PROJECT GOOGLE_CLOUD_REGION ALERT_EMAIL LEDGER_COPIES SITE_MIN_INSTANCES SITE_MAX_INSTANCES FUNCTION_MEMORY \
ZAPIS_LEDGER ZAPIS_DATABASE ZAPIS_CATALOGUE ZAPIS_SITE_URL ZAPIS_SECRET_FILE ZAPIS_SMTP_URL ZAPIS_MAIL_FROM ZAPIS_SETTLE_SECONDS \
ZAPIS_SHEET_NAMES ZAPIS_OFFICE ZAPIS_KEEP_DAYS ZAPIS_KEEP_ENDED_DAYS ZAPIS_MAIL_PER_MINUTE ZAPIS_VK_APP ZAPIS_VK_KEY ZAPIS_VK_HOSTS \
ZAPIS_PROXIES ZAPIS_PROOF_OF_WORK SHEETS_EMULATOR_HOST "

complain() { complaints+=("$*"); }

read_env_file() {
  local line number=0
  [ -r "$1" ] || misused "--env-file: $1 cannot be read."
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    case $line in
      '' | '#'*) ;;
      *) take_line "${line%$'\r'}" "$1, line $number" ;;
    esac
  done <"$1"
}

take_line() {
  local name=${1%%=*} value=${1#*=} place=$2
  case $NAMES in
    *" $name "*) ;;
    *)
      complain "$place: ${name} is no setting of this script. Correct the name, or take the line out."
      return
      ;;
  esac
  case $value in
    \"*\" | \'*\') value=${value:1:${#value}-2} ;;
  esac
  printf -v "$name" '%s' "$value"
}

# The host in an address such as smtps://user:password@host:465/path.
host_of() {
  local rest=${1#*://}
  rest=${rest%%/*}
  rest=${rest##*@}
  case $rest in
    '['*) rest=${rest%%]*}] ;;
    *) rest=${rest%%:*} ;;
  esac
  printf '%s' "$rest" | tr '[:upper:]' '[:lower:]'
}

is_loopback() {
  case $(host_of "$1") in
    localhost | *.localhost | 127.* | 0.0.0.0 | '[::1]') return 0 ;;
  esac
  return 1
}

is_sample() {
  case ${1%>} in
    *.example | *.test | *.invalid | *@example.* | *.example.org | *.example.com | *.example.net) return 0 ;;
  esac
  return 1
}

require() {
  if [ -z "${!1:-}" ]; then complain "$1 is not set: $2."; fi
}

check_place() {
  require GOOGLE_CLOUD_PROJECT 'it is the id of the Google Cloud project'
  if ! [[ ${GOOGLE_CLOUD_PROJECT:-a-project} =~ ^[a-z][a-z0-9-]{4,28}[a-z0-9]$ ]]; then
    complain "GOOGLE_CLOUD_PROJECT: $GOOGLE_CLOUD_PROJECT is no project's id: small letters, digits and hyphens."
  fi
  : "${GOOGLE_CLOUD_REGION:=europe-west1}"
  if ! [[ $GOOGLE_CLOUD_REGION =~ ^[a-z]+-[a-z]+[0-9]+$ ]]; then
    complain "GOOGLE_CLOUD_REGION: $GOOGLE_CLOUD_REGION is no region, such as europe-west1."
  fi
}

check_settings() {
  if [ -n "${SHEETS_EMULATOR_HOST:-}" ]; then
    complain "SHEETS_EMULATOR_HOST is set: an emulator keeps nobody's registration. Unset it to deploy."
  fi
  check_books
  check_keys
  check_mail
  check_numbers
  check_address_of_site
  check_vk
  check_text ZAPIS_VK_HOSTS ZAPIS_LEDGER ZAPIS_CATALOGUE ZAPIS_SITE_URL ZAPIS_MAIL_FROM ZAPIS_SETTLE_SECONDS
}

check_books() {
  local name
  if [ -z "${ZAPIS_DATABASE:-}" ]; then
    require ZAPIS_LEDGER "it is the link of the ledger's spreadsheet"
  else
    check_database
  fi
  for name in ZAPIS_SHEET_NAMES ZAPIS_OFFICE ZAPIS_PROOF_OF_WORK LEDGER_COPIES; do
    case ${!name:-off} in
      on | off) ;;
      *) complain "$name: ${!name} is neither on nor off." ;;
    esac
  done
  require ZAPIS_CATALOGUE "it is the link of the organisers' spreadsheet"
  for name in ZAPIS_LEDGER ZAPIS_CATALOGUE; do
    if ! [[ ${!name:-0123456789} =~ (/spreadsheets/d/[A-Za-z0-9_-]{10,}|^[A-Za-z0-9_-]{10,}$) ]]; then
      complain "$name: ${!name} is no spreadsheet's link or id."
    fi
  done
  if [ -n "${ZAPIS_LEDGER:-}" ] && [ "${ZAPIS_LEDGER:-}" = "${ZAPIS_CATALOGUE:-}" ]; then
    complain 'ZAPIS_LEDGER and ZAPIS_CATALOGUE name one spreadsheet. The ledger is a file of its own, which nobody sorts.'
  fi
}

check_database() {
  if [ "${LEDGER_COPIES:-off}" = on ]; then
    complain "LEDGER_COPIES: copies would carry names out of the database into Google's cloud. Use the database's own backups."
  fi
  case $ZAPIS_DATABASE in
    postgresql+psycopg://?*) ;;
    *) complain 'ZAPIS_DATABASE begins with postgresql+psycopg://.' ;;
  esac
  if is_loopback "$ZAPIS_DATABASE"; then
    complain "ZAPIS_DATABASE: $(host_of "$ZAPIS_DATABASE") is this machine, which the cloud does not reach."
  elif is_sample "$(host_of "$ZAPIS_DATABASE")"; then
    complain "ZAPIS_DATABASE: $(host_of "$ZAPIS_DATABASE") is a sample host of the documentation."
  fi
}

check_keys() {
  require ZAPIS_SECRET_FILE 'it names a file with the signing keys, one a line. Make one: openssl rand -base64 48 > keys'
  if [ -z "${ZAPIS_SECRET_FILE:-}" ]; then return; fi
  if ! [ -r "$ZAPIS_SECRET_FILE" ]; then
    complain "ZAPIS_SECRET_FILE: $ZAPIS_SECRET_FILE cannot be read."
    return
  fi
  local key count=0
  while read -r key || [ -n "$key" ]; do
    if [ -n "$key" ]; then
      count=$((count + 1))
      check_key "$key" "ZAPIS_SECRET_FILE: key $count in $ZAPIS_SECRET_FILE"
    fi
  done <"$ZAPIS_SECRET_FILE"
  if [ "$count" -eq 0 ]; then complain "ZAPIS_SECRET_FILE: $ZAPIS_SECRET_FILE has no key in it."; fi
}

check_key() {
  local different
  different=$(printf '%s' "$1" | fold -w 1 | sort -u | wc -l)
  if [ "${#1}" -lt 32 ]; then
    complain "$2 is shorter than 32 characters. Make another: openssl rand -base64 48"
  elif [ "$different" -lt 10 ] || grep -qiE 'change-?me|example|default|password|secret|0123456789' <<<"$1"; then
    complain "$2 is one that can be guessed. Make another: openssl rand -base64 48"
  fi
}

check_mail() {
  require ZAPIS_SMTP_URL 'it is the mail server, such as smtp://user:password@host:587'
  require ZAPIS_MAIL_FROM 'it is who letters come from, such as Visits <visits@your.domain>'
  require ALERT_EMAIL 'it is the address that alerts are sent to'
  case ${ZAPIS_SMTP_URL:-smtp://a-host} in
    *user:password@*) complain 'ZAPIS_SMTP_URL has the sample user and password of the documentation.' ;;
    smtp://?* | smtp+starttls://?* | smtps://?*) check_mail_server "${ZAPIS_SMTP_URL:-}" ;;
    *) complain 'ZAPIS_SMTP_URL begins with smtp:// or smtps://.' ;;
  esac
  check_address ZAPIS_MAIL_FROM
  check_address ALERT_EMAIL
}

check_mail_server() {
  if is_loopback "$1"; then
    complain "ZAPIS_SMTP_URL: $(host_of "$1") is this machine, which the cloud does not reach."
  elif is_sample "$(host_of "$1")"; then
    complain "ZAPIS_SMTP_URL: $(host_of "$1") is a sample host of the documentation."
  elif [[ $1 =~ :25/?$ ]]; then
    complain 'ZAPIS_SMTP_URL: Google Cloud lets nothing out on port 25. Use 587 or 465.'
  fi
}

check_address() {
  local value=${!1:-}
  if [ -z "$value" ]; then return; fi
  if ! [[ $value =~ ^[^@]+@[^@[:space:]]+\.[^@[:space:]]+$ ]]; then
    complain "$1: $value is no mail address."
  elif is_sample "$value"; then
    complain "$1: $value is a sample address of the documentation."
  fi
}

check_numbers() {
  : "${SITE_MIN_INSTANCES:=0}" "${SITE_MAX_INSTANCES:=3}" "${FUNCTION_MEMORY:=512Mi}"
  if ! [[ $FUNCTION_MEMORY =~ ^(512Mi|[1-4]Gi)$ ]]; then
    complain "FUNCTION_MEMORY: $FUNCTION_MEMORY is none of 512Mi, 1Gi, 2Gi, 3Gi, 4Gi, which one cpu may have."
  fi
  if ! [[ ${ZAPIS_SETTLE_SECONDS:-0} =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
    complain "ZAPIS_SETTLE_SECONDS: $ZAPIS_SETTLE_SECONDS is no number of seconds."
  fi
  if ! [[ ${ZAPIS_MAIL_PER_MINUTE:-0} =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
    complain "ZAPIS_MAIL_PER_MINUTE: $ZAPIS_MAIL_PER_MINUTE is no number of letters."
  fi
  local name
  if ! [[ ${ZAPIS_PROXIES:-0} =~ ^[0-9]$ ]]; then
    complain "ZAPIS_PROXIES: $ZAPIS_PROXIES is no number of proxies."
  fi
  for name in ZAPIS_KEEP_DAYS ZAPIS_KEEP_ENDED_DAYS; do
    if ! [[ ${!name:-0} =~ ^[0-9]+$ ]]; then complain "$name: ${!name} is no number of days."; fi
  done
  check_days
  for name in SITE_MIN_INSTANCES SITE_MAX_INSTANCES; do
    if ! [[ ${!name} =~ ^[0-9]{1,3}$ ]]; then
      complain "$name: ${!name} is no number of instances."
      return
    fi
  done
  if [ "$SITE_MAX_INSTANCES" -lt 1 ] || [ "$SITE_MIN_INSTANCES" -gt "$SITE_MAX_INSTANCES" ]; then
    complain "SITE_MAX_INSTANCES: $SITE_MAX_INSTANCES is too few. At least one, and not fewer than SITE_MIN_INSTANCES."
  fi
}

# A name that is destroyed is in yesterday's copy still, and the bucket's rule may act a day late.
check_days() {
  local longest=$((PROMISED_DAYS - COPIES_DAYS - 1))
  if [ "${LEDGER_COPIES:-off}" = on ] && [[ ${ZAPIS_KEEP_DAYS:-$PROMISED_DAYS} =~ ^[0-9]+$ ]] &&
    [ "${ZAPIS_KEEP_DAYS:-$PROMISED_DAYS}" -gt "$longest" ]; then
    complain "LEDGER_COPIES keeps names for $COPIES_DAYS more days, and the texts of consent promise $PROMISED_DAYS in all:" \
      "set ZAPIS_KEEP_DAYS to $longest or less."
  fi
}

check_address_of_site() {
  case ${ZAPIS_SITE_URL:-https://} in
    https://*) ;;
    *) complain "ZAPIS_SITE_URL: $ZAPIS_SITE_URL does not begin with https://." ;;
  esac
  if is_loopback "${ZAPIS_SITE_URL:-}"; then
    complain "ZAPIS_SITE_URL: $ZAPIS_SITE_URL is this machine, which no citizen reaches."
  fi
}

check_vk() {
  if ! [[ ${ZAPIS_VK_APP:-1} =~ ^[1-9][0-9]*$ ]]; then
    complain "ZAPIS_VK_APP: $ZAPIS_VK_APP is no number of a VK mini-app."
  fi
  if [ -n "${ZAPIS_VK_APP:-}" ]; then require ZAPIS_VK_KEY "it is the mini-app's protected key (Защищённый ключ)"; fi
}

# gcloud is given all variables of a function in one word, with | between them.
check_text() {
  local name
  for name in "$@"; do
    case ${!name:-} in
      *'|'* | *$'\n'*) complain "$name holds a | or a line break. Write it without." ;;
    esac
  done
}

refuse_if_wrong() {
  if [ "${#complaints[@]}" -eq 0 ]; then return; fi
  {
    say 'deploy.sh: nothing was done. Set these in the environment or in a file named by --env-file:'
    printf -- '- %s\n' "${complaints[@]}"
  } >&2
  exit 2
}

# --- What is deployed ------------------------------------------------------------------------------------------

# Only what runs, and the same bytes, modes and times from the same sources, wherever it is done.
stage() {
  local bundle=$BUILD/bundle
  rm -rf "$bundle"
  mkdir -p "$bundle"
  cp "$ROOT/functions/main.py" "$ROOT/functions/requirements.txt" "$bundle"
  cp -R "$ROOT/functions/zapis" "$ROOT/templates" "$ROOT/sheets_schema" "$bundle"
  find "$bundle" -mindepth 1 \( -name __pycache__ -o -name '.*' -o -name '*~' -o -name '*.pyc' \) -prune -exec rm -rf {} +
  find "$bundle" -type d -exec chmod 755 {} +
  find "$bundle" -type f -exec chmod 644 {} +
  TZ=UTC find "$bundle" -exec touch -t 198001010000 {} +
  BUNDLE_DIGEST=$(cd "$bundle" && find . -type f | LC_ALL=C sort | tr '\n' '\0' | xargs -0 "${SHA256[@]}" | digest)
}

# deploy NAME VARIABLES SECRETS [FLAG...]: unless this bundle is deployed with these very flags.
deploy() {
  local name=$1 release
  local flags=(
    --gen2 "--region=$GOOGLE_CLOUD_REGION" "--runtime=$RUNTIME" --trigger-http
    "--build-service-account=projects/$GOOGLE_CLOUD_PROJECT/serviceAccounts/$BUILD_ACCOUNT"
    "--set-build-env-vars=$BUILD_VARIABLES" "--set-env-vars=^|^$2" "--set-secrets=$3"
  )
  shift 3
  flags+=("$@")
  release=$(digest <<<"$BUNDLE_DIGEST ${flags[*]}")
  ask functions describe "$name" "--region=$GOOGLE_CLOUD_REGION" '--format=value(state,labels.zapis_release)' || true
  if [ "$answer" = "ACTIVE"$'\t'"$release" ]; then return; fi
  run functions deploy "$name" "${flags[@]}" "--source=$BUILD/bundle" "--update-labels=zapis_release=$release"
}

# --- Steps -----------------------------------------------------------------------------------------------------

name_things() {
  local domain=$GOOGLE_CLOUD_PROJECT.iam.gserviceaccount.com
  SITE_ACCOUNT=zapis-site@$domain
  JOBS_ACCOUNT=zapis-jobs@$domain
  CALLER_ACCOUNT=zapis-caller@$domain
  BUILD_ACCOUNT=zapis-build@$domain
  COPIES=gs://$GOOGLE_CLOUD_PROJECT-zapis-copies
}

find_project() {
  learn PROJECT_NUMBER projects describe "$GOOGLE_CLOUD_PROJECT" '--format=value(projectNumber)'
  # Known before the function is there; the site has it called by a task as soon as somebody is owed a letter.
  DELIVER_URL=https://zapis-deliver-$answer.$GOOGLE_CLOUD_REGION.run.app/
  : "${ZAPIS_SITE_URL:=https://zapis-site-$answer.$GOOGLE_CLOUD_REGION.run.app}"
  ZAPIS_SITE_URL=${ZAPIS_SITE_URL%/}
}

enable_apis() {
  local api missing=()
  ask services list --enabled '--format=value(config.name)' || true
  for api in "${APIS[@]}"; do
    if ! grep -qxF "$api" <<<"$answer"; then missing+=("$api"); fi
  done
  if [ "${#missing[@]}" -gt 0 ]; then run services enable "${missing[@]}"; fi
}

# Listed and not described: of an account that is absent Google says that permission is denied.
list_accounts() {
  ask iam service-accounts list '--format=value(email)' || true
  accounts=$answer
}

account() {
  if grep -qxF "$1" <<<"$accounts"; then return; fi
  run iam service-accounts create "${1%%@*}" "--display-name=$2"
}

make_accounts() {
  list_accounts
  account "$SITE_ACCOUNT" 'Zapis: the public site'
  account "$JOBS_ACCOUNT" 'Zapis: sync and deliver'
  account "$CALLER_ACCOUNT" 'Zapis: scheduler and task queue, who call sync and deliver'
  account "$BUILD_ACCOUNT" 'Zapis: builds the functions'
  grant "serviceAccount:$BUILD_ACCOUNT" roles/cloudbuild.builds.builder projects "$GOOGLE_CLOUD_PROJECT"
}

# secret NAME FILE: its newest version holds what the file holds. $answer is that version's number, which a function
# is deployed with: all instances of a revision have the same secret.
secret() {
  local name=$1 file=$2
  if ! ask secrets describe "$name" '--format=value(name)'; then
    run secrets create "$name" --replication-policy=automatic --data-file=- <"$file"
  else
    ask secrets versions access latest "--secret=$name" || true
    if [ "$answer" != "$(cat "$file")" ]; then run secrets versions add "$name" --data-file=- <"$file"; fi
  fi
  learn 1 secrets versions describe latest "--secret=$name" '--format=value(name)'
  answer=${answer##*/}
}

make_secrets() {
  say "# Their values go to gcloud's standard input: the file of ZAPIS_SECRET_FILE, ZAPIS_SMTP_URL, ZAPIS_DATABASE, ZAPIS_VK_KEY."
  printf '%s' "$ZAPIS_SMTP_URL" >"$WORK/smtp-url"
  secret "$KEYS_SECRET" "$ZAPIS_SECRET_FILE"
  KEYS_VERSION=$answer
  secret "$SMTP_SECRET" "$WORK/smtp-url"
  SMTP_VERSION=$answer
  grant "serviceAccount:$SITE_ACCOUNT" roles/secretmanager.secretAccessor secrets "$KEYS_SECRET"
  grant "serviceAccount:$JOBS_ACCOUNT" roles/secretmanager.secretAccessor secrets "$KEYS_SECRET"
  grant "serviceAccount:$JOBS_ACCOUNT" roles/secretmanager.secretAccessor secrets "$SMTP_SECRET"
  if [ -n "${ZAPIS_DATABASE:-}" ]; then make_database_secret; fi
  if [ -n "${ZAPIS_VK_APP:-}" ]; then make_vk_secret; fi
}

make_vk_secret() {
  printf '%s' "$ZAPIS_VK_KEY" >"$WORK/vk-key"
  secret "$VK_SECRET" "$WORK/vk-key"
  VK_VERSION=$answer
  grant "serviceAccount:$SITE_ACCOUNT" roles/secretmanager.secretAccessor secrets "$VK_SECRET"
}

make_database_secret() {
  printf '%s' "$ZAPIS_DATABASE" >"$WORK/database"
  secret "$DATABASE_SECRET" "$WORK/database"
  DATABASE_VERSION=$answer
  grant "serviceAccount:$SITE_ACCOUNT" roles/secretmanager.secretAccessor secrets "$DATABASE_SECRET"
  grant "serviceAccount:$JOBS_ACCOUNT" roles/secretmanager.secretAccessor secrets "$DATABASE_SECRET"
}

# Whoever adds the night's copies can neither read nor remove them. They go by their age, and then are gone at once.
make_bucket() {
  if [ "${LEDGER_COPIES:-off}" = off ]; then return; fi
  local rules=$BUILD/lifecycle.json flags right=$'True\tenforced\t'"$COPIES_DAYS"$'\t'
  local fields=uniform_bucket_level_access,public_access_prevention,lifecycle_config.rule[].condition.age
  printf '{"rule": [{"action": {"type": "Delete"}, "condition": {"age": %s}}]}\n' "$COPIES_DAYS" >"$rules"
  flags=(--uniform-bucket-level-access --public-access-prevention --soft-delete-duration=0 "--lifecycle-file=$rules")
  if ! ask storage buckets describe "$COPIES" "--format=value($fields,soft_delete_policy.retentionDurationSeconds)"; then
    run storage buckets create "$COPIES" "--location=$GOOGLE_CLOUD_REGION" "${flags[@]}"
  elif [ "${answer%0}" != "$right" ]; then
    run storage buckets update "$COPIES" "${flags[@]}"
  fi
  grant "serviceAccount:$JOBS_ACCOUNT" roles/storage.objectCreator 'storage buckets' "$COPIES"
}

# Before the site is public, so that not one ticket's address is kept.
exclude_tickets_from_logs() {
  local exclusion="name=$EXCLUSION,description=Addresses of tickets are secrets,filter=$EXCLUDED"
  ask logging sinks describe _Default \
    '--flatten=exclusions[]' '--format=value(exclusions.name,exclusions.filter)' || true
  if grep -qxF "$EXCLUSION"$'\t'"$EXCLUDED" <<<"$answer"; then return; fi
  if grep -qF "$EXCLUSION"$'\t' <<<"$answer"; then
    run logging sinks update _Default "--update-exclusion=$exclusion"
  else
    run logging sinks update _Default "--add-exclusion=$exclusion"
  fi
}

deploy_functions() {
  # Without execution ids a line of the log is the line that Zapis wrote; its trace belongs to the project.
  local common="LOG_EXECUTION_ID=false|GOOGLE_CLOUD_PROJECT=$GOOGLE_CLOUD_PROJECT|ZAPIS_SITE_URL=$ZAPIS_SITE_URL|ZAPIS_SECRET_FILE=$KEYS_PATH"
  local keys="$KEYS_PATH=$KEYS_SECRET:$KEYS_VERSION"
  if [ -n "${ZAPIS_DATABASE:-}" ]; then
    keys+=",ZAPIS_DATABASE=$DATABASE_SECRET:$DATABASE_VERSION"
  else
    common+="|ZAPIS_LEDGER=$ZAPIS_LEDGER"
  fi
  local settle=${ZAPIS_SETTLE_SECONDS:+|ZAPIS_SETTLE_SECONDS=$ZAPIS_SETTLE_SECONDS}
  local vk='' vk_key=''
  if [ -n "${ZAPIS_VK_APP:-}" ]; then
    vk="|ZAPIS_VK_APP=$ZAPIS_VK_APP${ZAPIS_VK_HOSTS:+|ZAPIS_VK_HOSTS=$ZAPIS_VK_HOSTS}"
    vk_key=",ZAPIS_VK_KEY=$VK_SECRET:$VK_VERSION"
  fi
  local nudge="|ZAPIS_DELIVER_URL=$DELIVER_URL|ZAPIS_DELIVER_CALLER=$CALLER_ACCOUNT"
  nudge+="|ZAPIS_DELIVER_QUEUE=projects/$GOOGLE_CLOUD_PROJECT/locations/$GOOGLE_CLOUD_REGION/queues/$QUEUE"
  local doors=${ZAPIS_PROXIES:+|ZAPIS_PROXIES=$ZAPIS_PROXIES}
  doors+=${ZAPIS_PROOF_OF_WORK:+|ZAPIS_PROOF_OF_WORK=$ZAPIS_PROOF_OF_WORK}
  deploy zapis-site "$common$nudge|FUNCTION_USE_ASGI=true$doors$vk" "$keys$vk_key" \
    --entry-point=site "--run-service-account=$SITE_ACCOUNT" --allow-unauthenticated \
    "--memory=$FUNCTION_MEMORY" --cpu=1 --concurrency=500 --timeout=60s \
    "--min-instances=$SITE_MIN_INSTANCES" "--max-instances=$SITE_MAX_INSTANCES"
  local private=${ZAPIS_SHEET_NAMES:+|ZAPIS_SHEET_NAMES=$ZAPIS_SHEET_NAMES}
  private+=${ZAPIS_OFFICE:+|ZAPIS_OFFICE=$ZAPIS_OFFICE}
  private+=${ZAPIS_KEEP_DAYS:+|ZAPIS_KEEP_DAYS=$ZAPIS_KEEP_DAYS}
  private+=${ZAPIS_KEEP_ENDED_DAYS:+|ZAPIS_KEEP_ENDED_DAYS=$ZAPIS_KEEP_ENDED_DAYS}
  if [ "${LEDGER_COPIES:-off}" = on ]; then private+="|ZAPIS_COPIES=$COPIES"; fi
  deploy_job zapis-sync "$common|ZAPIS_CATALOGUE=$ZAPIS_CATALOGUE$settle$private" "$keys" --entry-point=sync
  local pace=${ZAPIS_MAIL_PER_MINUTE:+|ZAPIS_MAIL_PER_MINUTE=$ZAPIS_MAIL_PER_MINUTE}
  deploy_job zapis-deliver "$common|ZAPIS_MAIL_FROM=$ZAPIS_MAIL_FROM$pace" \
    "$keys,ZAPIS_SMTP_URL=$SMTP_SECRET:$SMTP_VERSION" --entry-point=deliver
}

# Five minutes: deliver stops by itself after four.
deploy_job() {
  deploy "$@" "--run-service-account=$JOBS_ACCOUNT" --no-allow-unauthenticated \
    "--memory=$FUNCTION_MEMORY" --cpu=1 --concurrency=1 --timeout=300s --min-instances=0 --max-instances=2
}

admit_callers() {
  local job
  grant allUsers roles/run.invoker 'run services' zapis-site "--region=$GOOGLE_CLOUD_REGION"
  for job in zapis-sync zapis-deliver; do
    grant "serviceAccount:$CALLER_ACCOUNT" roles/run.invoker 'run services' "$job" "--region=$GOOGLE_CLOUD_REGION"
  done
}

# One call per ten seconds. A task is a nudge: what it misses, the scheduler's next call does.
make_queue() {
  local limits=(--max-dispatches-per-second=0.1 --max-concurrent-dispatches=1 --max-attempts=3)
  if ! ask tasks queues describe "$QUEUE" "--location=$GOOGLE_CLOUD_REGION" \
    '--format=value(rateLimits.maxDispatchesPerSecond,rateLimits.maxConcurrentDispatches,retryConfig.maxAttempts)'; then
    run tasks queues create "$QUEUE" "--location=$GOOGLE_CLOUD_REGION" "${limits[@]}"
  elif [ "$answer" != $'0.1\t1\t3' ]; then
    run tasks queues update "$QUEUE" "--location=$GOOGLE_CLOUD_REGION" "${limits[@]}"
  fi
  grant "serviceAccount:$SITE_ACCOUNT" roles/cloudtasks.enqueuer 'tasks queues' "$QUEUE" "--location=$GOOGLE_CLOUD_REGION"
  grant "serviceAccount:$SITE_ACCOUNT" roles/iam.serviceAccountUser 'iam service-accounts' "$CALLER_ACCOUNT"
}

# schedule JOB FUNCTION PATH CRON [FLAG...]
schedule() {
  local job=$1 service=$2 path=$3 cron=$4 url verb
  shift 4
  learn "https://$service-PROJECT_NUMBER.$GOOGLE_CLOUD_REGION.run.app" \
    run services describe "$service" "--region=$GOOGLE_CLOUD_REGION" '--format=value(status.url)'
  url=$answer
  # The scheduler keeps an address with its slash; the audience must be without.
  local wanted="$cron"$'\t'"Europe/Moscow"$'\t'"$url$path"$'\t'"$CALLER_ACCOUNT"$'\t'"$url"$'\t'"300s"
  local fields=schedule,timeZone,httpTarget.uri,httpTarget.oidcToken.serviceAccountEmail,httpTarget.oidcToken.audience
  verb=update
  ask scheduler jobs describe "$job" "--location=$GOOGLE_CLOUD_REGION" "--format=value($fields,attemptDeadline)" || verb=create
  if [ "$answer" = "$wanted" ]; then return; fi
  run scheduler jobs "$verb" http "$job" "--location=$GOOGLE_CLOUD_REGION" "--schedule=$cron" \
    --time-zone=Europe/Moscow "--uri=$url$path" --http-method=post "--oidc-service-account-email=$CALLER_ACCOUNT" \
    "--oidc-token-audience=$url" --attempt-deadline=300s "$@"
}

make_schedule() {
  schedule zapis-sync zapis-sync / '* * * * *' --max-retry-attempts=0
  schedule zapis-deliver zapis-deliver / '* * * * *' --max-retry-attempts=0
  if [ "${LEDGER_COPIES:-off}" = on ]; then
    schedule zapis-copy zapis-sync /copy '17 3 * * *' --max-retry-attempts=3 --min-backoff=600s
  elif ask scheduler jobs describe zapis-copy "--location=$GOOGLE_CLOUD_REGION" '--format=value(name)'; then
    run scheduler jobs delete zapis-copy "--location=$GOOGLE_CLOUD_REGION"
  fi
}

# --- What is watched: watch/ holds the metrics and the alerts, as the API takes them -----------------------------

# The text of watch/KIND/NAME.json with its gaps filled, in $filled, and the digest of it, in $mark: fill KIND NAME
fill() {
  local text
  text=$(<"$ROOT/watch/$1/$2.json")
  text=${text//CHANNEL/${channel:-}}
  text=${text//CHECK/${check##*/}}
  mark=$(digest <<<"$text")
  filled=$BUILD/watch/$1/$2.json
  mkdir -p "$BUILD/watch/$1"
  printf '%s\n' "${text//DIGEST/$mark}" >"$filled"
}

# The names in watch/KIND, one a line.
watched() {
  local path
  for path in "$ROOT/watch/$1"/*.json; do
    path=${path##*/}
    printf '%s\n' "${path%.json}"
  done
}

list_metrics() {
  ask logging metrics list '--filter=name:zapis_' '--format=value(name,description)' || true
  metrics=$answer
}

# A metric is known by its name, and unchanged as long as the digest that its description ends with is.
make_metrics() {
  local name found
  list_metrics
  for name in $(watched metrics); do
    fill metrics "$name"
    found=$(sed -n "s/^zapis_$name"$'\t//p' <<<"$metrics")
    case $found in
      '') run logging metrics create "zapis_$name" "--config-from-file=$filled" ;;
      *"[$mark]") ;;
      *) run logging metrics update "zapis_$name" "--config-from-file=$filled" ;;
    esac
  done
}

make_channel() {
  ask "${CHANNELS[@]}" || true
  pick_channel
  case $channel in
    '')
      run beta monitoring channels create --type=email '--display-name=Zapis: the operator' \
        "--channel-labels=email_address=$ALERT_EMAIL" --user-labels=zapis=operator
      learn $'operator\tCHANNEL\t-' "${CHANNELS[@]}"
      pick_channel
      ;;
    *$'\t'"$ALERT_EMAIL") ;;
    *) run beta monitoring channels update "${channel%%$'\t'*}" "--update-channel-labels=email_address=$ALERT_EMAIL" ;;
  esac
  channel=${channel%%$'\t'*}
  [ -n "$channel" ] || fail 'The channel of the alerts is made, but not listed yet.'
}

# The name of our channel and its address, in $channel.
pick_channel() { channel=$(sed -n $'s/^operator\t//p' <<<"$answer" | head -n 1); }

# The name of our check of these very flags, in $check.
pick_check() { check=$(sed -n "s/^site"$'\t'"$1"$'\t//p' <<<"$checks" | head -n 1); }

list_checks() {
  ask "${CHECKS[@]}" || true
  checks=$answer
}

# A check cannot be sent to another host: one that differs is made anew. The old one goes when no alert names it any more.
make_check() {
  local flags=("--resource-labels=host=$(host_of "$ZAPIS_SITE_URL"),project_id=$GOOGLE_CLOUD_PROJECT" "${LOOK[@]}")
  mark=$(digest <<<"${flags[*]}")
  list_checks
  pick_check "$mark"
  if [ -z "$check" ]; then
    run monitoring uptime create 'Zapis: the site from outside' "${flags[@]}" "--user-labels=zapis=site,zapis_digest=$mark"
    learn $'site\t'"$mark"$'\tCHECK' "${CHECKS[@]}"
    checks=$answer
    pick_check "$mark"
  fi
  [ -n "$check" ] || fail 'The uptime check is made, but not listed yet.'
}

# All of ours but the one that is to stay.
remove_checks() {
  local name
  while read -r name; do
    if [ -n "$name" ] && [ "$name" != "$1" ]; then run monitoring uptime delete "$name" </dev/null; fi
  done <<<"$(sed -nE $'s/^site\t[^\t]*\t//p' <<<"$checks")"
}

list_policies() {
  ask alpha monitoring policies list '--format=value(userLabels.zapis,userLabels.zapis_digest,name)' || true
  policies=$answer
}

# A policy is known by its label, and unchanged as long as the digest in its other one is.
make_alerts() {
  local name found
  make_channel
  make_check
  list_policies
  for name in $(watched alerts); do
    fill alerts "$name"
    found=$(sed -n "s/^$name"$'\t//p' <<<"$policies")
    case $found in
      '') run alpha monitoring policies create "--policy-from-file=$filled" ;;
      "$mark"$'\t'*) ;;
      *) run alpha monitoring policies update "${found#*$'\t'}" "--policy-from-file=$filled" ;;
    esac
  done
  remove_checks "$check"
}

# --- Teardown --------------------------------------------------------------------------------------------------

confirm() {
  if [ -n "$YES" ] || [ -n "$DRY" ]; then return; fi
  say "This removes Zapis from the project $GOOGLE_CLOUD_PROJECT: functions, schedule, queue, alerts, uptime check, metrics, accounts, secrets,"
  say "and $COPIES with all copies of the ledger, if it is there."
  say 'The spreadsheets stay. Keep the file of signing keys: without its last line nobody who comes back is recognised.'
  local typed=''
  read -r -p "Type the project's id to go on: " typed || true
  if [ "$typed" != "$GOOGLE_CLOUD_PROJECT" ]; then
    fail 'Nothing was removed: that is not the id. (Without anybody to ask, add --yes.)'
  fi
}

# remove "GROUP OF COMMANDS" RESOURCE [FLAG...], if it is there.
remove() {
  local group resource=$2
  read -ra group <<<"$1"
  shift 2
  if ask "${group[@]}" describe "$resource" "$@" '--format=value(name)' || [ -n "$DRY" ]; then
    run "${group[@]}" delete "$resource" "$@"
  fi
}

remove_bucket() {
  if ask storage buckets describe "$COPIES" '--format=value(name)' || [ -n "$DRY" ]; then
    run storage rm --recursive "$COPIES"
  fi
}

remove_alerts() {
  local policy
  list_policies
  if [ -n "$DRY" ]; then policies=$(watched alerts | sed $'s/$/\t-\tPOLICY/'); fi
  while read -r policy; do
    if [ -n "$policy" ]; then run alpha monitoring policies delete "$policy" </dev/null; fi
  done <<<"$(sed -nE $'s/^[a-z]+\t[^\t]*\t//p' <<<"$policies")"
  list_checks
  checks=${DRY:+$'site\t-\tCHECK'}${checks}
  remove_checks ''
  ask "${CHANNELS[@]}" || answer=${DRY:+$'operator\tCHANNEL\t-'}
  pick_channel
  if [ -n "$channel" ]; then run beta monitoring channels delete "${channel%%$'\t'*}"; fi
}

remove_metrics() {
  local name
  list_metrics
  for name in $(watched metrics); do
    if grep -q "^zapis_$name"$'\t' <<<"$metrics" || [ -n "$DRY" ]; then run logging metrics delete "zapis_$name"; fi
  done
}

remove_exclusion() {
  ask logging sinks describe _Default '--flatten=exclusions[]' '--format=value(exclusions.name)' || true
  if grep -qxF "$EXCLUSION" <<<"$answer" || [ -n "$DRY" ]; then
    run logging sinks update _Default "--remove-exclusions=$EXCLUSION"
  fi
}

remove_accounts() {
  local member=serviceAccount:$BUILD_ACCOUNT role=roles/cloudbuild.builds.builder email
  ask projects get-iam-policy "$GOOGLE_CLOUD_PROJECT" \
    '--flatten=bindings[].members' '--format=value(bindings.role,bindings.members)' || true
  if grep -qxF "$role"$'\t'"$member" <<<"$answer" || [ -n "$DRY" ]; then
    run projects remove-iam-policy-binding "$GOOGLE_CLOUD_PROJECT" "--member=$member" "--role=$role" --condition=None
  fi
  list_accounts
  for email in "$SITE_ACCOUNT" "$JOBS_ACCOUNT" "$CALLER_ACCOUNT" "$BUILD_ACCOUNT"; do
    if grep -qxF "$email" <<<"$accounts" || [ -n "$DRY" ]; then run iam service-accounts delete "$email"; fi
  done
}

teardown() {
  local job
  confirm
  step 'Alerts'
  remove_alerts
  step 'Schedule and queue'
  for job in zapis-sync zapis-deliver zapis-copy; do remove 'scheduler jobs' "$job" "--location=$GOOGLE_CLOUD_REGION"; done
  remove 'tasks queues' "$QUEUE" "--location=$GOOGLE_CLOUD_REGION"
  step 'Metrics'
  remove_metrics
  step 'Functions'
  for job in zapis-site zapis-sync zapis-deliver; do remove functions "$job" "--region=$GOOGLE_CLOUD_REGION"; done
  step 'Copies'
  remove_bucket
  step 'Log exclusion'
  remove_exclusion
  step 'Secrets'
  remove secrets "$KEYS_SECRET"
  remove secrets "$SMTP_SECRET"
  remove secrets "$DATABASE_SECRET"
  remove secrets "$VK_SECRET"
  step 'Service accounts'
  remove_accounts
}

# --- The run ---------------------------------------------------------------------------------------------------

bring_up() {
  step 'Bundle'
  stage
  step 'Project'
  find_project
  step 'APIs'
  enable_apis
  step 'Service accounts'
  make_accounts
  step 'Secrets'
  make_secrets
  step 'Copies'
  make_bucket
  step 'Log exclusion'
  exclude_tickets_from_logs
  step 'Metrics'
  make_metrics
  step 'Functions'
  deploy_functions
  step 'Callers'
  admit_callers
  step 'Schedule'
  make_schedule
  step 'Alerts'
  make_alerts
  # Last: the name of a queue that was deleted may be refused for three days, and nothing waits for the queue.
  step 'Task queue'
  make_queue
}

summary() {
  STEP=''
  if [ -n "$DRY" ]; then
    say '# Nothing was run.'
  elif [ "$CHANGES" -eq 0 ]; then
    say '# All was in place already: nothing was changed.'
  else
    say "# Done: $CHANGES changes."
  fi
}

tell_what_is_left() {
  say "# The site: $ZAPIS_SITE_URL"
  say "# Share, as Editor: the ledger with $SITE_ACCOUNT and $JOBS_ACCOUNT;"
  say "# the catalogue and each roster with $JOBS_ACCOUNT."
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --env-file | --build)
        [ $# -gt 1 ] || misused "$1 wants a value."
        if [ "$1" = --build ]; then BUILD=$2; else ENV_FILE=$2; fi
        shift
        ;;
      --dry-run) DRY=yes ;;
      --teardown) MODE=teardown ;;
      --stage) MODE=stage ;;
      --yes) YES=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) misused "$1 is no option of this script." ;;
    esac
    shift
  done
}

require_gcloud() {
  if [ -n "$DRY" ]; then return; fi
  command -v gcloud >/dev/null || fail 'gcloud is not installed. Install the Google Cloud CLI, then: gcloud auth login'
  [ -n "$(gcloud auth list '--filter=status:ACTIVE' '--format=value(account)' 2>/dev/null)" ] ||
    fail 'gcloud does not know who you are. Say so: gcloud auth login'
}

main() {
  read_options "$@"
  if [ "$MODE" = stage ]; then
    stage
    say "$BUILD/bundle $BUNDLE_DIGEST"
    return
  fi
  if [ -n "$ENV_FILE" ]; then read_env_file "$ENV_FILE"; fi
  check_place
  if [ "$MODE" = deploy ]; then check_settings; fi
  refuse_if_wrong
  require_gcloud
  name_things
  if [ "$MODE" = teardown ]; then teardown; else bring_up; fi
  summary
  if [ "$MODE" = deploy ]; then tell_what_is_left; fi
}

main "$@"
