const MAX_NAME = 128;
const MAX_DESCRIPTION = 1024;

/** Chinese characters, letters, digits, `-`, `.` and `_`, with spaces between. */
const NAME = /^[\p{Script=Han}A-Za-z0-9._-]([\p{Script=Han}A-Za-z0-9 ._-]*[\p{Script=Han}A-Za-z0-9._-])?$/u;

/** Why Huawei Cloud would refuse this name; `undefined` when it would not. */
export function nameProblem(name: string): string | undefined {
  if ([...name].length > MAX_NAME) return `is longer than ${MAX_NAME} characters, the most on Huawei Cloud`;
  if (NAME.test(name)) return undefined;
  return "may have letters, digits, Chinese characters, -, . and _ on Huawei Cloud, and spaces between them";
}

/** Why Huawei Cloud would refuse this description; `undefined` when it would not. */
export function descriptionProblem(description: string): string | undefined {
  if ([...description].length > MAX_DESCRIPTION)
    return `is longer than ${MAX_DESCRIPTION} characters, the most on Huawei Cloud`;
  return /[\r<>]/.test(description) ? "may not have <, > or a carriage return on Huawei Cloud" : undefined;
}
