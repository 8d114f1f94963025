import { hashPassword } from './password-hash';
import type { User } from './users';

/** The users, and somebody nobody knows for every other name: a wrong name takes as long as a wrong password. */
export class UserList {
  private constructor(
    private readonly users: readonly User[],
    private readonly unknownHash: string,
  ) {}

  static async of(users: readonly User[]): Promise<UserList> {
    return new UserList(users, users.length === 0 ? '' : await hashPassword(String(Math.random())));
  }

  named(name: string): User & { readonly isKnown: boolean } {
    const user = this.users.find((one) => one.name === name);
    if (user !== undefined) return { ...user, isKnown: true };
    return { name, role: 'read-only', hash: this.unknownHash, isKnown: false };
  }
}
