#!/usr/bin/env bash
# Installs the pages' styles, scripts and fonts from npm (versions in package.json and package-lock.json) into
# crates/portal/assets/vendor, where the program embeds them. Nothing of it is committed.
#
# Of govuk-frontend and @ministryofjustice/frontend only the style sheets and one script are taken: their fonts, crest
# and pictures belong to their governments. The family name is replaced by Be Vietnam Pro, their colours by ours.
set -euo pipefail
cd "$(dirname "$0")/.."
vendor=crates/portal/assets/vendor
stamp=$vendor/installed.txt
wanted=$(cat package-lock.json scripts/assets.sh | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && [ -d node_modules/govuk-frontend ]; then
  exit 0
fi
command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 with npm (apt-get install nodejs npm) and run scripts/assets.sh again." >&2; exit 1; }
echo "Installing page assets from npm …"
npm ci --no-audit --no-fund --loglevel=error

rm -rf "$vendor"
mkdir -p "$vendor/fonts"
modules=node_modules

# Their colours by ours (crates/portal/assets/sen.css names them), no fonts or pictures of theirs, no source maps.
recolour() {
  sed -E \
    -e 's/@font-face\{[^}]*GDS Transport[^}]*\}//g' \
    -e 's/"?GDS Transport"?/"Be Vietnam Pro"/g' \
    -e 's#url\("?[^)"]*/?assets/(fonts|images)/[^)]*\)#none#g' \
    -e 's/#1d70b8/#9D174D/Ig; s/#1a65a6/#9D174D/Ig; s/#0f385c/#500724/Ig; s/#003078/#500724/Ig; s/#54319f/#6B214A/Ig' \
    -e 's/#0b0c0c/#1C1917/Ig; s/#f4f8fb/#FAF7F5/Ig; s/#8eb8dc/#E7D3DC/Ig; s/#d2e2f1/#FBE7EF/Ig; s/#f3f3f3/#F5F5F4/Ig' \
    -e 's/#484949/#57534E/Ig; s/#cecece/#D6D3D1/Ig; s/#ca3535/#B91C1C/Ig; s/#0f7a52/#14532D/Ig; s/#083d29/#052E16/Ig; s/#0b5c3e/#0F3D22/Ig' \
    -e 's#/\*[#@] sourceMappingURL=[^*]*\*/##' "$1"
}
recolour $modules/govuk-frontend/dist/govuk/govuk-frontend.min.css >"$vendor/govuk.css"
recolour $modules/@ministryofjustice/frontend/moj/moj-frontend.min.css >"$vendor/moj.css"
sed -e 's#//\# sourceMappingURL=.*##' $modules/govuk-frontend/dist/govuk/govuk-frontend.min.js >"$vendor/govuk.js"
cp $modules/htmx.org/dist/htmx.min.js "$vendor/htmx.js"

# Be Vietnam Pro (SIL Open Font License): three weights, the scripts we write.
family=$modules/@fontsource/be-vietnam-pro
cp $family/LICENSE "$vendor/fonts/LICENSE.txt"
: >"$vendor/fonts.css"
for weight in 400 600 700; do
  for script in vietnamese latin-ext latin; do
    file=be-vietnam-pro-$script-$weight-normal.woff2
    cp "$family/files/$file" "$vendor/fonts/$file"
    range=$(node -p "require('./$family/unicode.json')['$script']")
    printf '@font-face{font-family:"Be Vietnam Pro";font-style:normal;font-weight:%s;font-display:swap;src:url(fonts/%s) format("woff2");unicode-range:%s}\n' \
      "$weight" "$file" "$range" >>"$vendor/fonts.css"
  done
done

if grep -l 'GDS Transport' -r "$vendor"; then echo "a licensed font family is still named" >&2; exit 1; fi
echo "$wanted" >"$stamp"
echo "Page assets are in $vendor."
