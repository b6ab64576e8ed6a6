"""What is said in mail of applications, from the first draft to its screening."""

from typing import Final

from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = {
    "application.received": Template(
        "Received: {stage} of {school}",
        "Dear {name},\n\n"
        "{certified_by} certified and submitted the application of {school} for {stage} ({cycle}) on {when}.\n\n"
        "What was submitted is kept exactly as it was. Its fingerprint (SHA-256) is\n{sha256}\n\n"
        "The receipt is here:\n{site}{receipt}",
    ),
    "application.ready": Template(
        "Ready for you to certify: {stage} of {school}",
        "Dear {name},\n\n"
        "{asked_by} asks you to certify and submit the application of {school} for {stage} ({cycle}). Every question "
        "is answered; it closes {due}.\n\nRead it once more and certify it here:\n{site}{path}/check",
    ),
    "application.returned": Template(
        "Please change your application: {stage} of {school}",
        "Dear {name},\n\nThe foundation asks for changes in {sections}:\n\n{reason}\n\n"
        "You can change these sections and submit again until {due}:\n{site}{path}",
    ),
    "application.ineligible": Template(
        "Your application for {stage}",
        "Dear {name},\n\nThe application of {school} for {stage} ({cycle}) is not eligible:\n\n{reason}\n\n"
        "If you think this is a mistake, answer this mail.\n{site}{path}",
    ),
    "application.reconsidered": Template(
        "Your application for {stage} is looked at again",
        "Dear {name},\n\nThe foundation looks at the application of {school} for {stage} ({cycle}) again. "
        "There is nothing you need to do.\n{site}{path}",
    ),
    "application.extended": Template(
        "More time for {stage} of {school}",
        "Dear {name},\n\nYou can submit the application of {school} for {stage} ({cycle}) until {due}.\n\n{reason}\n\n"
        "{site}{path}",
    ),
    "application.as_submitted": Template(
        "Your application for {stage} counts as submitted",
        "Dear {name},\n\nThe day for changes to the application of {school} for {stage} ({cycle}) has passed, and none "
        "were handed in. The foundation goes on with what you submitted on {when}. What you wrote since is kept; it is "
        "no part of the application.\n{site}{path}",
    ),
    "application.let_pass": Template(
        "You can go on with {stage} of {school}",
        "Dear {name},\n\nYour answer to “{question}” no longer keeps {school} from applying for {stage} ({cycle}): "
        "{reason}\n\nGo on writing here:\n{site}{path}",
    ),
    "application.counts_again": Template(
        "A question of {stage} of {school} counts again",
        "Dear {name},\n\nThe foundation had let your answer to “{question}” pass, and has taken that back: {reason}\n\n"
        "As it is answered now, {school} cannot submit its application for {stage} ({cycle}). What you wrote is kept:\n"
        "{site}{path}",
    ),
    "application.message": Template("{subject}", "{text}"),
    "application.reminder": Template(
        "Not submitted yet: {stage} of {school}",
        "Dear {name},\n\nThe application of {school} for {stage} ({cycle}) is started and not submitted yet: {ready} "
        "questions are ready. The deadline is {due}; {left} left.\n\nGo on writing here:\n{site}{path}\n\n"
        "If you do not mean to apply this time, there is nothing you need to do.",
    ),
    "application.due": Template(
        "{stage} of {school} is due {due}",
        "Dear {name},\n\nThe application of {school} for {stage} ({cycle}) is to be submitted by {due}; {left} left. "
        "{ready} questions are ready.\n\nGo on here:\n{site}{path}",
    ),
    "application.addressed": Template(
        "For you: {count} on {stage} of {school}",
        "Dear {name},\n\n{by} wrote {count} for you on the draft of {school} for {stage} ({cycle}), about {about}.\n\n"
        "What is said, and where to answer, is here:\n{site}{place}",
    ),
    "application.withdrawn": Template(
        "{school} withdrew its application for {stage}",
        "Dear {name},\n\n{by} withdrew the application of {school} for {stage} ({cycle}).\n{site}{path}",
    ),
}
