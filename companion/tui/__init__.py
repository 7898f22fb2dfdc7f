"""The screens. They show what events say, and decide nothing."""
