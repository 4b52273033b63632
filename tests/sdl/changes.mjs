// What in one schema breaks clients of an older one, and what may: changes.mjs OLDER NEWER. Fails where something breaks.
import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

const [older, newer] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8')));
for (const change of findDangerousChanges(older, newer)) console.log(`may break: ${change.description}`);
const breaking = findBreakingChanges(older, newer);
for (const change of breaking) console.error(`breaks: ${change.description}`);
if (breaking.length > 0) {
  console.error('Mark what is to go @deprecated first, and let it stand for a release.');
  process.exit(1);
}
console.log('Nothing breaks.');
