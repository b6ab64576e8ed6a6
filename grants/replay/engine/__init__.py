"""Playing a recording: every act goes through the services people use, as the person who did it, when they did it."""
