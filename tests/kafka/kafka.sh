#!/usr/bin/env bash
# Genuine Apache Kafka from Maven Central.
#   kafka.sh libs        fetch the jars once and print their directory
#   kafka.sh node DIR    become the node that DIR/server.properties describes, formatting its storage first if it is new
# To have a broker for yourself: python -m tests.support.apache_kafka [NODES]
# Env: HEAP=512m  LOG=warn
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$here/pom.xml")
libs=${XDG_CACHE_HOME:-$HOME/.cache}/learnflow/kafka-$version
cluster=AAAAAAAAAAAAAAAAAAAAAA # 16 bytes, base64

fetch() {
  [ -d "$libs" ] && return
  command -v java >/dev/null || { echo "java is not on the PATH" >&2; exit 1; }
  command -v mvn >/dev/null || { echo "mvn (Maven) is not on the PATH" >&2; exit 1; }
  mkdir -p "$(dirname "$libs")"
  exec 9>"$libs.lock" && flock 9 # Maven's own repository does not bear two writers
  [ -d "$libs" ] && return
  new=$(mktemp -d "$libs.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  mvn -B -q -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new" >&2
  mv -T "$new" "$libs" # a whole directory appears at once
}

fetch
case "${1:-}" in
libs) echo "$libs" ;;
node)
  # The second compiler would take a third of what a broker's start costs, and a broker of the tests does not live long.
  java=(java -Xms64m -Xmx"${HEAP:-512m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1
    -Dorg.slf4j.simpleLogger.defaultLogLevel="${LOG:-warn}" -cp "$libs/*")
  [ -f "$2/log/meta.properties" ] ||
    "${java[@]}" kafka.tools.StorageTool format -t "$cluster" -c "$2/server.properties" --ignore-formatted
  exec "${java[@]}" kafka.Kafka "$2/server.properties"
  ;;
*) sed -n 2,6p "$0" >&2; exit 2 ;;
esac
