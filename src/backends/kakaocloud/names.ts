/** What KakaoCloud takes as the name of an image (Terraform's provider: `NameValidator(250)`). */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]*[a-zA-Z0-9]$/;
const NAME_CHARACTERS = { least: 4, most: 250 };

/** What it takes as a description (the same, `validators.go`): letters, digits, Hangul, spaces and signs. */
const DESCRIPTION = /^[a-zA-Z0-9ㄱ-ㅎ가-힣 .,!?()[\]{}:;"'@#%&*+=_/\\|<>~-]*$/;
const DESCRIPTION_CHARACTERS = 100;

/** How KakaoCloud says that there is no description: it takes no empty one. */
export const NO_DESCRIPTION = "-";

/** What is wrong with a name; `undefined` where nothing is. */
export function nameProblem(name: string): string | undefined {
  const { least, most } = NAME_CHARACTERS;
  if (name.length < least || name.length > most)
    return `must have ${least} to ${most} characters on KakaoCloud; it has ${name.length}`;
  if (!NAME.test(name))
    return "must be of letters, digits, - and _ on KakaoCloud, with a letter or a digit at both ends";
  const [pair] = /--|__|-_|_-/.exec(name) ?? [];
  return pair === undefined ? undefined : `can't have ${JSON.stringify(pair)} in it on KakaoCloud`;
}

/** What is wrong with a description; `undefined` where nothing is. */
export function descriptionProblem(description: string): string | undefined {
  if (description === NO_DESCRIPTION)
    return 'is how KakaoCloud writes that there is none: use "", or leave it out';
  const characters = [...description].length;
  if (characters > DESCRIPTION_CHARACTERS)
    return `must have at most ${DESCRIPTION_CHARACTERS} characters on KakaoCloud; it has ${characters}`;
  const [odd] = [...description].filter((character) => !DESCRIPTION.test(character));
  return odd === undefined
    ? undefined
    : `can't have ${JSON.stringify(odd)} in it on KakaoCloud, which takes letters, digits, Hangul, spaces and .,!?()[]{}:;"'@#%&*+=_/\\|<>~-`;
}

/** What KakaoCloud is told of a description. */
export function wireDescription(description: string | undefined): string {
  return description === undefined || description === "" ? NO_DESCRIPTION : description;
}
