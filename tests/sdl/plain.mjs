// The schema without the directives of the specification itself, which tools know and take for unused ones: plain.mjs FROM TO
import { readFileSync, writeFileSync } from 'node:fs';
import { isSpecifiedDirective, buildASTSchema, parse, print } from 'graphql';

const [from, to] = process.argv.slice(2);
const document = parse(readFileSync(from, 'utf8'));
const known = new Set(buildASTSchema(document).getDirectives().filter(isSpecifiedDirective).map((one) => one.name));
const definitions = document.definitions.filter((one) => one.kind !== 'DirectiveDefinition' || !known.has(one.name.value));
writeFileSync(to, `${print({ ...document, definitions })}\n`);
