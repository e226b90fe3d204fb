// Passwords that the server makes for a line's telephones: long enough that nobody guesses them, and of
// characters that every telephone's keypad and web page takes.

import { randomInt } from 'node:crypto';

/** Without those that look alike on a small screen: 0 and O, 1, l and I. */
const CHARACTERS = '23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';
const LENGTH = 20;

/** 20 letters and digits: 116 bits. */
export function makePassword(): string {
  return Array.from({ length: LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
}
